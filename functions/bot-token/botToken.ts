/** A short session of a bot, as the authentication server makes them. */
export interface Session {
  access_token: string
  expires_in: number
  user_id: string
  session_id: string
}

export interface Services {
  /** Null when the token is worth nothing. */
  takeToken(token: string): Promise<{ token_id: string; email: string } | null>
  signIn(email: string): Promise<Session | null>
  /** False when the token was revoked in this moment. */
  noteSession(tokenId: string, sessionId: string): Promise<boolean>
}

const TRIES = 3
const TOKEN = /^Bearer (atr_[\w-]{20,100})$/

/** `POST /bot-token` with an API token as bearer. Answers an access token of the bot that every service takes; before it ends, ask again. */
export function botToken({ takeToken, signIn, noteSession }: Services) {
  return async (request: Request): Promise<Response> => {
    if (request.method !== 'POST') return refuse(405, 'method_not_allowed', 'Send a POST.')
    const [, token] = TOKEN.exec(request.headers.get('authorization') ?? '') ?? []
    const known = token && (await takeToken(token))
    if (!known) return invalid()
    // Of two exchanges at one moment the later one ends the earlier one's link.
    let session: Session | null = null
    for (let tries = 0; tries < TRIES && !session; tries++) session = await signIn(known.email)
    if (!session) return refuse(503, 'try_again', 'The authentication server is busy. Try again in a moment.')
    if (!(await noteSession(known.token_id, session.session_id))) return invalid()
    const { access_token, expires_in, user_id } = session
    return answer(200, { access_token, token_type: 'bearer', expires_in, user_id })
  }
}

const invalid = () => refuse(401, 'token_invalid', 'This token is unknown, has expired, or was revoked.')
const refuse = (status: number, code: string, message: string) => answer(status, { code, message })
const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })
