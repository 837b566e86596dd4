import { keptSession } from '../supabase.ts'
import { inStore } from './database.ts'
import type { Waiting } from './outbox.ts'
import { askedAbout, isMutation, type Mutation, overlay } from './overlay.ts'
import { forgetSentTexts } from './texts.ts'

/** A request of the API. */
export interface Question {
  address: string
  method: string | undefined
  body: unknown
}

interface Answer {
  question: string
  body: string
  at: number
}

/** Functions that read. Tables are read by GET. */
const reading = /\/rest\/v1\/rpc\/(my_(?!invitations)\w+|has_links|workspace_members|inbox_count|unread_counts|linked_documents|catch_up)$/
/** So many answers are kept, the latest ones; and none that is longer than this. */
const mostAnswers = 400
const longest = 4_000_000
let sinceTidied = 0

/** How a question is told from others; undefined where its answer is not kept. */
function nameOf({ address, method = 'GET', body }: Question): string | undefined {
  const { pathname, search } = new URL(address, location.origin)
  if (method === 'GET') return `${pathname}${search}`
  return method === 'POST' && reading.test(pathname) ? `${pathname} ${body ?? ''}` : undefined
}

/** Keeps an answer, for when the server is not reached. */
export async function keepAnswer(asked: Question, response: Response): Promise<void> {
  const person = keptSession()?.user.id
  const question = nameOf(asked)
  if (!person || !question) return
  const body = await response.text()
  if (body.length > longest) return
  const before = await inStore<Answer | undefined>(person, 'answers', 'readonly', (all) => all.get(question))
  // Signed out while it was on its way.
  if (keptSession()?.user.id !== person) return
  await inStore(person, 'answers', 'readwrite', (all) => all.put({ question, body, at: Date.now() } satisfies Answer))
  await forgetAbout(person, before ? leftOut(before.body, body) : [])
  if (++sinceTidied % 50 === 0) await tidy(person)
}

/** The last answer to a question, with what this device changed and has not sent yet. */
export async function recallAnswer(asked: Question): Promise<Response | undefined> {
  const person = keptSession()?.user.id
  const question = nameOf(asked)
  if (!person || !question) return
  const found = await inStore<Answer | undefined>(person, 'answers', 'readonly', (all) => all.get(question))
  if (!found) return
  const waiting = await inStore<Waiting[]>(person, 'outbox', 'readonly', (all) => all.getAll())
  // In their order, without what was refused.
  const mutations = waiting
    .filter(isMutation)
    .filter(({ problem }) => problem === null)
    .sort((one, other) => one.position - other.position)
    .map((entry) => entry.body)
  const body = overlay(question, found.body, mutations)
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

/** Puts a change that the server has into the answers that are kept: what was read before it would take it back. */
export async function keepChange(person: string, mutation: Mutation): Promise<void> {
  const path = askedAbout(mutation)
  if (!path) return
  await inStore(person, 'answers', 'readwrite', (all) => {
    const found: IDBRequest<Answer[]> = all.getAll(IDBKeyRange.bound(path, `${path}\uffff`))
    found.onsuccess = () => {
      for (const answer of found.result) all.put({ ...answer, body: overlay(answer.question, answer.body, [mutation]) })
    }
    return found
  })
}

const idsOf = (body: string): string[] => {
  const rows: unknown = JSON.parse(body || 'null')
  return Array.isArray(rows) ? rows.flatMap((row: { id?: unknown } | null) => (typeof row?.id === 'string' ? row.id : [])) : []
}

/** What stood in a list and does not any more: deleted, or not this person's any longer. */
function leftOut(before: string, now: string): string[] {
  const here = new Set(idsOf(now))
  return idsOf(before).filter((id) => !here.has(id))
}

/** Forgets what was asked about things that are gone, a room's messages with the room. */
async function forgetAbout(person: string, gone: readonly string[]): Promise<void> {
  if (gone.length === 0) return
  await forgetSentTexts(person, gone)
  for (const question of await questions(person))
    if (gone.some((id) => question.includes(id))) await inStore(person, 'answers', 'readwrite', (all) => all.delete(question))
}

const questions = (person: string) => inStore(person, 'answers', 'readonly', (all) => all.getAllKeys()) as Promise<string[]>

async function tidy(person: string): Promise<void> {
  if ((await questions(person)).length <= mostAnswers) return
  const all = await inStore<Answer[]>(person, 'answers', 'readonly', (store) => store.getAll())
  const old = all.sort((one, other) => other.at - one.at).slice(mostAnswers)
  for (const { question } of old) await inStore(person, 'answers', 'readwrite', (store) => store.delete(question))
}

/** Forgets everything that was read. What waits to be sent stays. */
export async function forgetRead(person: string): Promise<void> {
  await inStore(person, 'answers', 'readwrite', (all) => all.clear())
  await forgetSentTexts(person)
}
