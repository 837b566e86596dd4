import { emojiOf } from './mrkdwn.ts'
import { contentOf, Payload } from './payload.ts'

/** What `atrium.receive_webhook` takes. */
export interface Incoming {
  webhook_id: string
  secret: string
  text: string | null
  content: unknown
  name: string | null
  icon: string | null
  request_key: string | null
}

export interface Services {
  /** Writes the message; answers null, or the detail of what Postgres refused. */
  receive(incoming: Incoming): Promise<string | null>
  /** Whether mentions of this webhook notify; the secret is held against it when it writes. */
  mayMention(webhookId: string): Promise<boolean>
}

const MAX_BYTES = 128 * 1024
const PATH = /\/hooks\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([\w-]{20,100})\/?$/

/** Details of Postgres in Slack's words, with Slack's states. */
const ANSWERS: Record<string, [number, string]> = {
  no_service: [404, 'no_service'],
  action_prohibited: [403, 'action_prohibited'],
  channel_is_archived: [410, 'channel_is_archived'],
  rate_limited: [429, 'rate_limited'],
  text_required: [400, 'no_text'],
  text_too_long: [400, 'msg_too_long'],
  content_too_large: [400, 'msg_too_long'],
}
const INVALID: [number, string] = [400, 'invalid_payload']

/** `POST /hooks/<id>/<secret>` with what Slack's incoming webhooks take, as JSON or as a form with `payload`. Answers as Slack does. */
export function hooks({ receive, mayMention }: Services) {
  return async (request: Request): Promise<Response> => {
    if (request.method !== 'POST') return answer(405, 'method_not_allowed')
    const [, webhook_id, secret] = PATH.exec(new URL(request.url).pathname) ?? []
    if (!webhook_id || !secret) return answer(404, 'no_service')
    const body = await readBody(request)
    if (body === null) return answer(413, 'payload_too_large')
    const payload = parse(body, request.headers.get('content-type') ?? '')
    if (!payload) return answer(...INVALID)
    if ((payload.attachments?.length ?? 0) > 100) return answer(400, 'too_many_attachments')
    const content = contentOf(payload, { mentions: await mayMention(webhook_id) })
    if (!content) return answer(400, 'no_text')
    const refused = await receive({
      webhook_id,
      secret,
      text: null,
      content,
      name: payload.username?.trim() || null,
      icon: emojiOf(payload.icon_emoji ?? '') ?? null,
      request_key: request.headers.get('idempotency-key')?.slice(0, 200) || null,
    })
    if (refused === null) return answer(200, 'ok')
    const [status, word] = ANSWERS[refused] ?? INVALID
    return answer(status, word)
  }
}

function answer(status: number, word: string): Response {
  return new Response(word, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...(status === 429 ? { 'retry-after': '1' } : {}) },
  })
}

/** Null when it is too large; what is announced is not believed. */
async function readBody(request: Request): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > MAX_BYTES) return null
    chunks.push(chunk)
  }
  return new TextDecoder().decode(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}

/** curl sends JSON as a form unless told otherwise, and Slack takes that too. */
function parse(body: string, type: string): Payload | null {
  const isForm = type.startsWith('application/x-www-form-urlencoded') && !body.trimStart().startsWith('{')
  try {
    return Payload.parse(JSON.parse(isForm ? (new URLSearchParams(body).get('payload') ?? '') : body))
  } catch {
    return null
  }
}
