export interface Services {
  /** Ends the mails of whom the key belongs to; false when it belongs to nobody. */
  unsubscribe(key: string): Promise<boolean>
}

/** The one click of RFC 8058: a mail program posts to the address in the header List-Unsubscribe. Programs that only look at addresses, to
 *  check or to fetch them ahead, end nothing: a GET leads to the page with the button. */
export function unsubscribe(services: Services) {
  return async (request: Request): Promise<Response> => {
    const key = new URL(request.url).searchParams.get('key') ?? ''
    if (!/^[0-9a-f]{64}$/.test(key)) return new Response('This link is not complete.\n', { status: 404 })
    // The address is of the same origin as the client.
    if (request.method === 'GET' || request.method === 'HEAD')
      return new Response(null, { status: 303, headers: { location: `/unsubscribe/${key}` } })
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST' } })
    const known = await services.unsubscribe(key)
    return known ? new Response('You get no more of these mails.\n') : new Response('This link belongs to nobody.\n', { status: 404 })
  }
}
