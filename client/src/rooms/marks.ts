import { createSignal } from 'solid-js'
import { rest, rows, rpc } from '../supabase.ts'
import type { MessageRow } from './messageLog.ts'

interface ReactionRow {
  message_id: string
  user_id: string
  emoji: string
}

/** An emoji under a message, and who put it there, the first one first. */
export interface Reaction {
  emoji: string
  people: readonly string[]
}

/** So many messages are asked about at once: their ids stand in an address. */
const askedAtOnce = 80
/** Of a thread the last faces are shown, as far as so many replies hold them. */
const facesShown = 4
const repliesRead = 400

/** What hangs on the messages of a room: reactions, pins, what this person saved, and the messages that are quoted. Read for what is
 *  shown, kept up by events, painted before the server answers. */
export function createMarks(roomId: string, me: string) {
  const [reactions, setReactions] = createSignal<ReadonlyMap<string, readonly Reaction[]>>(new Map())
  const [pins, setPins] = createSignal<ReadonlySet<string>>(new Set())
  const [saved, setSaved] = createSignal<ReadonlySet<string>>(new Set())
  const [quoted, setQuoted] = createSignal<ReadonlyMap<string, MessageRow | null>>(new Map())
  const [repliers, setRepliers] = createSignal<ReadonlyMap<string, readonly string[]>>(new Map())
  const asked = new Set<string>()
  /** How many replies a thread had when its repliers were read. */
  const counted = new Map<string, number>()
  const askedQuotes = new Set<string>()

  const inChunks = async (ids: readonly string[], read: (some: string[]) => Promise<unknown>): Promise<void> => {
    for (let at = 0; at < ids.length; at += askedAtOnce) await read(ids.slice(at, at + askedAtOnce))
  }

  async function readReactions(ids: readonly string[]): Promise<void> {
    await inChunks(ids, async (some) => {
      const found = await rows<ReactionRow[]>(
        rest.from('message_reactions').select('message_id,user_id,emoji').in('message_id', some).order('created_at').limit(5000),
      )
      const fresh = new Map<string, Reaction[]>(some.map((id) => [id, []]))
      for (const row of found) {
        const all = fresh.get(row.message_id) ?? []
        const known = all.find((reaction) => reaction.emoji === row.emoji)
        if (known) known.people = [...known.people, row.user_id]
        else all.push({ emoji: row.emoji, people: [row.user_id] })
        fresh.set(row.message_id, all)
      }
      setReactions((before) => new Map([...before, ...fresh]))
    })
  }

  async function readRepliers(threads: readonly MessageRow[]): Promise<void> {
    for (const row of threads) counted.set(row.id, row.reply_count)
    await inChunks(
      threads.map((row) => row.id),
      async (some) => {
        const query = rest.from('messages').select('thread_id,author_id').in('thread_id', some)
        const found = await rows<{ thread_id: string; author_id: string | null }[]>(
          query.order('seq', { ascending: false }).limit(repliesRead),
        )
        const faces = new Map<string, string[]>(some.map((id) => [id, []]))
        for (const { thread_id: thread, author_id: author } of found) {
          const all = faces.get(thread)
          if (author && all && all.length < facesShown && !all.includes(author)) all.push(author)
        }
        setRepliers((before) => new Map([...before, ...faces]))
      },
    )
  }

  async function readPins(): Promise<void> {
    const found = await rows<{ message_id: string }[]>(rest.from('message_pins').select('message_id').eq('room_id', roomId))
    setPins(new Set(found.map((row) => row.message_id)))
  }

  async function readSaved(): Promise<void> {
    const query = rest.from('saved_messages').select('message_id').eq('room_id', roomId).is('done_at', null).limit(1000)
    const found = await rows<{ message_id: string }[]>(query)
    setSaved(new Set(found.map((row) => row.message_id)))
  }

  function paintReaction(messageId: string, person: string, emoji: string, present: boolean): void {
    setReactions((before) => {
      const all = before.get(messageId) ?? []
      const others = (reaction: Reaction) => reaction.people.filter((other) => other !== person)
      const known = all.some((reaction) => reaction.emoji === emoji)
      const changed = all
        .map((reaction) =>
          reaction.emoji === emoji ? { emoji, people: present ? [...others(reaction), person] : others(reaction) } : reaction,
        )
        .filter((reaction) => reaction.people.length > 0)
      return new Map(before).set(messageId, known || !present ? changed : [...changed, { emoji, people: [person] }])
    })
  }

  /** Paints, asks, and puts it back when the server refuses. */
  async function change(paint: (present: boolean) => void, present: boolean, ask: () => Promise<unknown>): Promise<void> {
    paint(present)
    try {
      await ask()
    } catch (error) {
      paint(!present)
      throw error
    }
  }

  const withOrWithout = (all: ReadonlySet<string>, id: string, present: boolean) => {
    const next = new Set(all)
    if (present) next.add(id)
    else next.delete(id)
    return next
  }

  return {
    reactionsOf: (id: string): readonly Reaction[] => reactions().get(id) ?? [],
    /** Who replied in the thread of a message, the last one first. */
    repliersOf: (id: string): readonly string[] => repliers().get(id) ?? [],
    isPinned: (id: string) => pins().has(id),
    pinCount: () => pins().size,
    isSaved: (id: string) => saved().has(id),
    /** A message that another one quotes: undefined until it is read, null when this person may not see it. */
    quoted: (id: string) => quoted().get(id),

    /** Reads what hangs on messages that have come into view. A reading that fails is repeated by the next one. */
    need(messages: readonly MessageRow[]): void {
      const fresh = messages.map((row) => row.id).filter((id) => !asked.has(id))
      for (const id of fresh) asked.add(id)
      if (fresh.length > 0) {
        readReactions(fresh).catch(() => {
          for (const id of fresh) asked.delete(id)
        })
      }
      const threads = messages.filter((row) => row.reply_count !== (counted.get(row.id) ?? 0))
      if (threads.length > 0) {
        readRepliers(threads).catch(() => {
          for (const row of threads) counted.delete(row.id)
        })
      }
      const quotes = messages.flatMap((row) => row.quote_id ?? [])
      const unknown = [...new Set(quotes)].filter((id) => !askedQuotes.has(id))
      for (const id of unknown) askedQuotes.add(id)
      void inChunks(unknown, async (some) => {
        const found = await rows<MessageRow[]>(rest.from('messages').select('*').in('id', some))
        setQuoted((before) => new Map([...before, ...some.map((id) => [id, found.find((row) => row.id === id) ?? null] as const)]))
      }).catch(() => {
        for (const id of unknown) askedQuotes.delete(id)
      })
    },

    /** Reads again, after a silence. */
    async refresh(): Promise<void> {
      await Promise.all([readPins(), readSaved(), readReactions([...asked])])
    },

    readPins,
    readSaved,

    /** A message changed: a quote of it does too. */
    changed(row: MessageRow): void {
      if (quoted().has(row.id)) setQuoted((before) => new Map(before).set(row.id, row))
    },

    heardReaction(payload: Record<string, unknown>): void {
      const { message_id: id, user_id: person, emoji, present } = payload
      if (typeof id === 'string' && typeof person === 'string' && typeof emoji === 'string') {
        paintReaction(id, person, emoji, present !== false)
      }
    },

    react: (id: string, emoji: string) => {
      const mine = reactions()
        .get(id)
        ?.find((reaction) => reaction.emoji === emoji)
        ?.people.includes(me)
      return change(
        (present) => paintReaction(id, me, emoji, present),
        !mine,
        () => rpc('set_reaction', { message_id: id, emoji, present: !mine }),
      )
    },

    setPin: (id: string, present: boolean) =>
      change(
        (now) => setPins((all) => withOrWithout(all, id, now)),
        present,
        () => rpc('set_pin', { message_id: id, present }),
      ),

    save: (id: string, present: boolean, remindAt: string | null = null) =>
      change(
        (now) => setSaved((all) => withOrWithout(all, id, now)),
        present,
        () => rpc('save_message', { message_id: id, saved: present, remind_at: remindAt }),
      ),
  }
}

export type Marks = ReturnType<typeof createMarks>
