/** From where a request came, as Postgres learns it: PostgREST's setting `request.headers`, reduced to what is asked of it. */
export const originOf = (headers: { 'x-forwarded-for'?: string | string[] | undefined; 'user-agent'?: string | undefined }): string =>
  JSON.stringify({ 'x-forwarded-for': headers['x-forwarded-for'], 'user-agent': headers['user-agent'] })
