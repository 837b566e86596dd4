import { createMemo, createRoot, createSignal, onCleanup } from 'solid-js'
import { createStore, reconcile, unwrap } from 'solid-js/store'
import type { Json, Result, Role, Row } from '../../../../sql/types.gen.ts'
import type { CommentAnchor } from '../../islands/contract.ts'
import { isAtLeast } from '../../rows.ts'
import { rest, rows, rpc } from '../../supabase.ts'
import { remember, remembered } from '../../ui/memory.ts'
import type { CommentBody } from './commentBody.ts'

export type ReactionRow = Pick<Row<'comment_reactions'>, 'comment_id' | 'thread_id' | 'user_id' | 'emoji'>
export interface Comment extends Omit<Row<'comments'>, 'body' | 'mentions' | 'space_id' | 'trashed'> {
  body: CommentBody | null
  reactions: ReactionRow[]
  /** Shown already; the server has not taken it yet. */
  pending?: boolean
}
export interface Thread extends Omit<Row<'comment_threads'>, 'anchor' | 'space_id' | 'trashed'> {
  anchor: CommentAnchor
  comments: Comment[]
}
export type CommentPerson = Result<'comment_people'>[number]
export type Filter = 'open' | 'resolved' | 'lost'

/** What a comment that is being written hangs on. */
export interface Draft {
  anchor: CommentAnchor
  quote: string
  /** What the server refused, to be sent again. */
  body?: CommentBody
}

/** A change that is committed late may be older than one that was seen before it. */
const overlapMs = 10_000
/** PostgREST gives at most this many rows at once. */
const pageRows = 1000
const threadColumns = 'id,document_id,kind,anchor,quote,created_by,created_at,updated_at,resolved_at,resolved_by'
const commentColumns = 'id,thread_id,document_id,author_id,body,text,created_at,edited_at,deleted_at'
const reactionColumns = 'comment_id,thread_id,user_id,emoji'

interface Pages extends PromiseLike<Parameters<typeof rows>[0] extends PromiseLike<infer Answer> ? Answer : never> {
  range(from: number, to: number): Pages
}

async function everyRow<Found>(query: () => Pages): Promise<Found[]> {
  const all: Found[] = []
  for (;;) {
    const page = await rows<Found[]>(query().range(all.length, all.length + pageRows - 1))
    all.push(...page)
    if (page.length < pageRows) return all
  }
}

/** The comments of one document, kept in step with the server. Each change is painted at once; when the server refuses it, everything is
 *  as before and the promise rejects with the ProblemError. */
function createComments(documentId: string, self: () => string) {
  const [state, setState] = createStore<{ threads: Thread[] }>({ threads: [] })
  const [people, setPeople] = createSignal<CommentPerson[]>([])
  const [role, setRole] = createSignal<Role>('viewer')
  const [loaded, setLoaded] = createSignal(false)
  const [places, setPlaces] = createSignal<ReadonlyMap<string, number>>(new Map(), { equals: isSame })
  const [draft, setDraft] = createSignal<Draft>()
  const [seenUntil, setSeenUntil] = createSignal(remembered(seenKey(documentId)) ?? '')
  /** Threads with changes that the server has not answered. What it says of them meanwhile is older. */
  const pending = new Map<string, number>()
  let reading: Promise<void> | undefined
  let again = false
  /** Whether people and role have been read. */
  let isKnown = false

  /** A thread whose comments are all deleted is gone. */
  const threads = createMemo(() => state.threads.filter(({ comments }) => comments.some(({ deleted_at }) => !deleted_at)))
  const place = (thread: Thread) => places().get(thread.id)
  const isOf = (filter: Filter, thread: Thread) =>
    filter === 'resolved' ? thread.resolved_at !== null : thread.resolved_at === null && (filter === 'open' || place(thread) === undefined)
  const inOrder = createMemo(() =>
    [...threads()].sort(
      (one, other) =>
        (place(one) ?? Number.POSITIVE_INFINITY) - (place(other) ?? Number.POSITIVE_INFINITY) ||
        one.created_at.localeCompare(other.created_at),
    ),
  )

  const find = (id: string) => state.threads.find((thread) => thread.id === id)
  const put = (thread: Thread) => {
    const at = state.threads.findIndex(({ id }) => id === thread.id)
    setState('threads', at < 0 ? state.threads.length : at, at < 0 ? thread : reconcile(thread))
  }
  const drop = (id: string) => setState('threads', (all) => all.filter((thread) => thread.id !== id))

  async function readThreads(since: string | null): Promise<void> {
    const changed = () => {
      const query = rest.from('comment_threads').select(threadColumns).eq('document_id', documentId).order('created_at').order('id')
      return since ? query.gte('updated_at', since) : query
    }
    const found = (await everyRow<Omit<Thread, 'comments'>>(changed)).filter(({ id, updated_at }) => find(id)?.updated_at !== updated_at)
    if (found.length === 0) return
    const ids = found.map(({ id }) => id)
    const within = (table: 'comments' | 'comment_reactions', columns: string) => {
      const query = rest.from(table).select(columns).order('created_at')
      // Many ids would make the address too long; then everything is read.
      return since && ids.length <= 50 ? query.in('thread_id', ids) : query.eq('document_id', documentId)
    }
    const [comments, reactions] = await Promise.all([
      everyRow<Omit<Comment, 'reactions'>>(() => within('comments', commentColumns).order('id')),
      everyRow<ReactionRow>(() => within('comment_reactions', reactionColumns).order('user_id').order('emoji')),
    ])
    for (const thread of found) {
      if (pending.has(thread.id)) continue
      const said = comments.filter(({ thread_id }) => thread_id === thread.id)
      put({
        ...thread,
        comments: said.map((each) => ({ ...each, reactions: reactions.filter(({ comment_id }) => comment_id === each.id) })),
      })
    }
    const known = new Set(people().map(({ id }) => id))
    if ([...comments.map(({ author_id }) => author_id), ...reactions.map(({ user_id }) => user_id)].some((id) => id && !known.has(id)))
      setPeople(await rpc<CommentPerson[]>('comment_people', { document_id: documentId }))
  }

  async function readAll(): Promise<void> {
    const newest = state.threads.reduce((latest, { updated_at }) => Math.max(latest, Date.parse(updated_at) || 0), 0)
    if (!isKnown) {
      isKnown = true
      const [known, mine] = await Promise.all([
        rpc<CommentPerson[]>('comment_people', { document_id: documentId }),
        rpc<Role>('comment_role', { document_id: documentId }),
      ])
      setPeople(known)
      setRole(mine)
    }
    await readThreads(newest > 0 ? new Date(newest - overlapMs).toISOString() : null)
    setLoaded(true)
  }

  /** Reads what is new, and what this person may do when that may have changed. Asked while it reads, it reads once more. */
  function refresh(withRights = false): Promise<void> {
    again = true
    if (withRights) isKnown = false
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

  /** Paints a change of a thread and asks the server for it. */
  async function change(id: string, paint: (thread: Thread) => Thread, ask: () => Promise<unknown>): Promise<void> {
    const shown = find(id)
    const before = shown && structuredClone(unwrap(shown))
    if (before) put(paint(structuredClone(before)))
    pending.set(id, (pending.get(id) ?? 0) + 1)
    let done = false
    try {
      await ask()
      done = true
    } finally {
      const left = (pending.get(id) ?? 1) - 1
      if (left > 0) pending.set(id, left)
      else pending.delete(id)
      if (!done && before) put(before)
      // What was painted here is older than what the server says of it now.
      if (done) setState('threads', (thread) => thread.id === id, 'updated_at', '')
    }
    void refresh().catch(() => {})
  }
  const changeComment = (id: string, paint: (comment: Comment) => Comment, ask: () => Promise<unknown>) => {
    const thread = state.threads.find(({ comments }) => comments.some((comment) => comment.id === id))
    return change(
      thread?.id ?? '',
      (shown) => ({ ...shown, comments: shown.comments.map((comment) => (comment.id === id ? paint(comment) : comment)) }),
      ask,
    )
  }
  const written = (id: string, threadId: string, body: CommentBody, text: string): Comment => ({
    id,
    thread_id: threadId,
    document_id: documentId,
    author_id: self(),
    body,
    text,
    created_at: new Date().toISOString(),
    edited_at: null,
    deleted_at: null,
    reactions: [],
    pending: true,
  })

  return {
    loaded,
    refresh,
    threads: inOrder,
    /** Those that are shown in the text, in no order. */
    unsettled: () => threads().filter(({ resolved_at }) => resolved_at === null),
    of: (filter: Filter) => inOrder().filter((thread) => isOf(filter, thread)),
    isLost: (thread: Thread) => loaded() && thread.resolved_at === null && place(thread) === undefined,
    find,
    people,
    nameOf: (id: string | null) => people().find((person) => person.id === id)?.name,
    self,
    mayEdit: () => isAtLeast(role(), 'editor'),
    mayComment: () => isAtLeast(role(), 'commenter'),
    maySettle: (thread: Thread) => isAtLeast(role(), 'editor') || (isAtLeast(role(), 'commenter') && thread.created_by === self()),
    mayDelete: (comment: Comment) => isAtLeast(role(), 'editor') || (isAtLeast(role(), 'commenter') && comment.author_id === self()),
    setPlaces,
    draft,
    setDraft,

    /** Whether somebody else said something since this person last looked, on this device. */
    isNew: (thread: Thread) =>
      thread.comments.some(({ author_id, created_at, deleted_at }) => !deleted_at && author_id !== self() && created_at > seenUntil()),
    /** Everything until now counts as read the next time. */
    markSeen() {
      const latest = state.threads
        .flatMap(({ comments }) => comments.map(({ created_at }) => created_at))
        .sort()
        .at(-1)
      if (latest) remember(seenKey(documentId), latest)
      return () => setSeenUntil(latest ?? '')
    },

    /** Begins a thread on the draft's place.
     *  @returns its id at once, and when the server has it */
    begin(on: Draft, body: CommentBody, text: string): { id: string; stored: Promise<void> } {
      const id = crypto.randomUUID()
      const now = new Date().toISOString()
      put({
        ...{
          id,
          document_id: documentId,
          kind: 'text',
          anchor: on.anchor,
          quote: on.quote,
          created_by: self(),
          created_at: now,
          updated_at: '',
        },
        ...{ resolved_at: null, resolved_by: null, comments: [written(id, id, body, text)] },
      })
      const ask = () =>
        rpc('create_thread', { id, document_id: documentId, body: body as unknown as Json, anchor: on.anchor, quote: on.quote })
      const stored = change(id, (thread) => thread, ask).catch((error: unknown) => {
        drop(id)
        throw error
      })
      return { id, stored }
    },
    reply(thread: Thread, body: CommentBody, text: string): Promise<void> {
      const id = crypto.randomUUID()
      return change(
        thread.id,
        (shown) => ({ ...shown, resolved_at: null, resolved_by: null, comments: [...shown.comments, written(id, thread.id, body, text)] }),
        () => rpc('reply', { id, thread_id: thread.id, body }),
      )
    },
    edit: (id: string, body: CommentBody, text: string) =>
      changeComment(
        id,
        (comment) => ({ ...comment, body, text, edited_at: new Date().toISOString() }),
        () => rpc('edit_comment', { id, body }),
      ),
    remove: (id: string) =>
      changeComment(
        id,
        (comment) => ({ ...comment, body: null, text: null, reactions: [], deleted_at: new Date().toISOString() }),
        () => rpc('delete_comment', { id }),
      ),
    settle: (id: string, resolved: boolean) =>
      change(
        id,
        (thread) => ({ ...thread, resolved_at: resolved ? new Date().toISOString() : null, resolved_by: resolved ? self() : null }),
        () => rpc(resolved ? 'resolve_thread' : 'reopen_thread', { id }),
      ),
    react(comment: Comment, emoji: string): Promise<void> {
      const isMine = (reaction: ReactionRow) => reaction.emoji === emoji && reaction.user_id === self()
      const on = !comment.reactions.some(isMine)
      const mine = { comment_id: comment.id, thread_id: comment.thread_id, user_id: self(), emoji }
      return changeComment(
        comment.id,
        (shown) => ({ ...shown, reactions: on ? [...shown.reactions, mine] : shown.reactions.filter((reaction) => !isMine(reaction)) }),
        () => rpc('react', { comment_id: comment.id, emoji, on }),
      )
    },
    move: (id: string, anchor: CommentAnchor) =>
      change(
        id,
        (thread) => ({ ...thread, anchor }),
        () => rpc('move_thread', { id, anchor }),
      ),
  }
}

export type Comments = ReturnType<typeof createComments>

const isSame = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>) =>
  one.size === other.size && [...one].every(([id, place]) => other.get(id) === place)
const seenKey = (documentId: string) => `atrium.comments.seen.${documentId}`

const open = new Map<string, { comments: Comments; users: number; dispose(): void }>()

/** The comments of a document, shared by everything on screen that shows them. */
export function useComments(documentId: string, self: () => string): Comments {
  const entry = open.get(documentId) ?? createRoot((dispose) => ({ comments: createComments(documentId, self), users: 0, dispose }))
  open.set(documentId, entry)
  entry.users += 1
  onCleanup(() => {
    entry.users -= 1
    if (entry.users > 0) return
    open.delete(documentId)
    entry.dispose()
  })
  return entry.comments
}
