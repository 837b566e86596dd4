import { createSignal } from 'solid-js'
import type { Change, SuggestionAnswer } from '../../../../hocuspocus-server/src/suggestions/changes.ts'
import type { Row } from '../../../../sql/types.gen.ts'
import { ProblemError, problemOf } from '../../errors.ts'
import { fetchAsPerson, rest, rows, rpc } from '../../supabase.ts'

export type SuggestionRow = Omit<Row<'suggestions'>, 'space_id' | 'trashed'>

const columns = 'id,document_id,author_id,state,created_at,updated_at'
const answerEveryMs = 200
const answerDeadlineMs = 15_000

export const readSuggestion = async (documentId: string, id: string): Promise<SuggestionRow | null> =>
  (await rows<SuggestionRow[]>(rest.from('suggestions').select(columns).eq('document_id', documentId).eq('id', id)))[0] ?? null

export async function beginSuggestion(documentId: string): Promise<string> {
  const id = crypto.randomUUID()
  await rpc('create_suggestion', { id, document_id: documentId })
  return id
}

/** The undecided suggestions of one page, and what they would change in it now. */
export function createSuggestions(documentId: () => string) {
  const [all, setAll] = createSignal<SuggestionRow[]>()
  const [changes, setChanges] = createSignal<ReadonlyMap<string, Change[]>>(new Map())

  const keep = (id: string, found: Change[]): void => {
    setChanges((before) => new Map(before).set(id, steady(before.get(id), found)))
  }

  /** One request for all of them: a page can have a hundred. */
  async function readChanges(ids: string[]): Promise<void> {
    if (ids.length === 0) return
    const response = await fetchAsPerson(`/collab/documents/${documentId()}/suggestions?ids=${ids.join()}`).catch(() => {
      throw new ProblemError(0, 'offline', '')
    })
    const body: unknown = await response.json().catch(() => ({}))
    if (!response.ok) {
      const { code, message } = body as { code?: string; message?: string }
      throw problemOf({ code: 'PT', details: code, message }, response.status)
    }
    // One that is not there was withdrawn in the same moment.
    for (const id of ids) keep(id, (body as Record<string, SuggestionAnswer>)[id]?.changes ?? [])
  }

  async function readAll(): Promise<void> {
    const found = await rows<SuggestionRow[]>(
      rest.from('suggestions').select(columns).eq('document_id', documentId()).neq('state', 'closed').order('created_at'),
    )
    await readChanges(found.map(({ id }) => id))
    setAll((before) => steady(before, found))
  }

  let reading: Promise<void> | undefined
  let again = false
  /** Reads what there is. Asked while it reads, it reads once more. */
  function refresh(): Promise<void> {
    again = true
    reading ??= (async () => {
      try {
        while (again) {
          again = false
          await readAll()
        }
      } finally {
        reading = undefined
      }
    })()
    return reading
  }

  /** A change that is being decided is off the list at once, and back on it when the server refuses. */
  const [deciding, setDeciding] = createSignal<ReadonlySet<string>>(new Set())
  const nameIn = (id: string) => (key: string) => `${id}/${key}`
  const changesOf = (id: string) => (changes().get(id) ?? []).filter(({ keys }) => !keys.every((key) => deciding().has(nameIn(id)(key))))

  let lastDecision = Promise.resolve()
  /** Decides one after the other, in the order they were made: nobody waits for the first to make the second. */
  function decide(id: string, keys: string[], ask: (changes: string[] | null) => Promise<unknown>): Promise<void> {
    const names = keys.map(nameIn(id))
    setDeciding((others) => new Set([...others, ...names]))
    const decision = lastDecision.then(async () => {
      try {
        const others = changes()
          .get(id)
          ?.some((change) => !change.keys.every((key) => keys.includes(key)))
        // The last of them closes the suggestion.
        await ask(others ? keys : null)
        await refresh()
      } finally {
        setDeciding((all) => new Set([...all].filter((name) => !names.includes(name))))
      }
    })
    lastDecision = decision.catch(() => {})
    return decision
  }

  return {
    all,
    refresh,
    changesOf,
    accept: (id: string, keys: string[]) =>
      decide(id, keys, async (asked) => applied(await rpc<string>('accept_suggestion', { id, changes: asked }))),
    reject: (id: string, keys: string[]) => decide(id, keys, (asked) => rpc('reject_suggestion', { id, changes: asked })),
    async withdraw(id: string): Promise<void> {
      // What is being read must not be gone before it is read.
      await reading?.catch(() => {})
      await rpc('withdraw_suggestion', { id })
      setAll((before) => before?.filter((suggestion) => suggestion.id !== id))
    },
  }
}

/** What says the same stays the same object: then nothing on screen is drawn anew, and nobody loses his place. */
function steady<Item>(before: Item[] | undefined, found: Item[]): Item[] {
  const known = new Map(before?.map((item) => [JSON.stringify(item), item]))
  return found.map((item) => known.get(JSON.stringify(item)) ?? item)
}

/** Waits until the collaboration server has made the change. */
async function applied(command: string): Promise<void> {
  for (const begun = Date.now(); Date.now() - begun < answerDeadlineMs; ) {
    const [state] = await rpc<{ state: string; code: string | null; message: string | null }[]>('command_state', { id: command })
    if (state?.state === 'done') return
    if (state?.state === 'failed') throw new ProblemError(409, state.code ?? 'unknown', state.message ?? '')
    await new Promise((resolve) => setTimeout(resolve, answerEveryMs))
  }
  throw new ProblemError(0, 'offline', '')
}
