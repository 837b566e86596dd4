import type { ZodType } from 'zod'
import { ProviderError } from './provider.ts'

const DEADLINE_MS = 10_000
const MOST_BYTES = 1_000_000

/** Asks a provider, and believes only what has the expected form. Throws a ProviderError. */
export async function fetchJson<T>(url: string, schema: ZodType<T>, init: RequestInit = {}): Promise<T> {
  const { origin, pathname } = new URL(url)
  const where = origin + pathname
  let text: string
  try {
    const headers = { accept: 'application/json', 'user-agent': 'atrium', ...init.headers }
    // A redirect would carry the client's secret to wherever it leads.
    const response = await fetch(url, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(DEADLINE_MS) })
    text = await readText(response)
    if (!response.ok) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`)
  } catch (error) {
    throw new ProviderError(`${where}: ${error instanceof Error ? error.message : error}`)
  }
  const parsed = schema.safeParse(parse(text))
  if (!parsed.success) throw new ProviderError(`${where} answers something else: ${parsed.error.issues[0]?.message}`)
  return parsed.data
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
