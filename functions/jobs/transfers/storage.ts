export interface Storage {
  download(bucket: string, name: string): Promise<Uint8Array<ArrayBuffer>>
  /** Piece by piece, however much there is. */
  stream(bucket: string, name: string): Promise<AsyncIterable<Uint8Array>>
  /** Writes over what is there: a job may run twice. */
  upload(bucket: string, name: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>
  remove(bucket: string, names: string[]): Promise<void>
}

const DEADLINE_MS = 120_000
/** For a file of any size. */
const STREAM_DEADLINE_MS = 50 * 60_000

/** The storage service, with the key that passes all policies: what may be asked for is decided before, in SQL. */
export function createStorage({ url, secretKey }: { url: string; secretKey: string }): Storage {
  async function ask(path: string, init: RequestInit, deadlineMs = DEADLINE_MS): Promise<Response> {
    const response = await fetch(`${url}/storage/v1/object/${path}`, {
      ...init,
      headers: { apikey: secretKey, authorization: `Bearer ${secretKey}`, ...init.headers },
      signal: AbortSignal.timeout(deadlineMs),
      redirect: 'error',
    })
    if (response.ok) return response
    await response.body?.cancel()
    throw new Error(`The storage service answered ${response.status} to ${init.method ?? 'GET'} ${path}`)
  }
  const pathOf = (bucket: string, name: string) => `${bucket}/${name.split('/').map(encodeURIComponent).join('/')}`

  return {
    async download(bucket, name) {
      const response = await ask(pathOf(bucket, name), {})
      return new Uint8Array(await response.arrayBuffer())
    },
    async stream(bucket, name) {
      const { body } = await ask(pathOf(bucket, name), {}, STREAM_DEADLINE_MS)
      if (!body) throw new Error(`The storage service sent no bytes for ${bucket}/${name}`)
      return body
    },
    async upload(bucket, name, bytes, type) {
      const response = await ask(pathOf(bucket, name), {
        method: 'POST',
        body: bytes,
        headers: { 'content-type': type, 'x-upsert': 'true' },
      })
      await response.body?.cancel()
    },
    async remove(bucket, names) {
      const response = await ask(bucket, {
        method: 'DELETE',
        body: JSON.stringify({ prefixes: names }),
        headers: { 'content-type': 'application/json' },
      })
      await response.body?.cancel()
    },
  }
}
