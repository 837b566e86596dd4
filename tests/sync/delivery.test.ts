import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ProblemError } from '../../client/src/errors.ts'
import { createConversation } from '../../client/src/rooms/conversation.ts'
import { inOrder, type MessageRow } from '../../client/src/rooms/messageLog.ts'
import { messageServer } from '../../client/src/rooms/messageServer.ts'
import { argumentsOf, type MessageBody } from '../../client/src/rooms/outgoingMessages.ts'
import { createOutbox, type OutboxStore } from '../../client/src/sync/outbox.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'
import { freshSeeds, makeStore, random } from './network.ts'

let platform: TestPlatform
let people: Person[]
let space: string
beforeAll(async () => {
  platform = await startPlatform()
  const [anna, ben] = [await platform.signUp('Anna'), await platform.signUp('Ben')]
  people = [anna, ben]
  const workspace = crypto.randomUUID()
  await anna.client.rpc('create_workspace', { id: workspace, name: 'Acme' }).throwOnError()
  await anna.client.rpc('invite_member', { workspace_id: workspace, email: ben.email, role: 'editor' }).throwOnError()
  const { data: invitations } = await ben.client.rpc('my_invitations').throwOnError()
  await ben.client.rpc('accept_my_invitation', { invitation_id: invitations[0].id }).throwOnError()
  const { data: spaces } = await anna.client.from('spaces').select('id').throwOnError()
  space = spaces[0]?.id
}, 60_000)
afterAll(() => platform.stop())

type Pick = ReturnType<typeof random>

/** A network that loses requests, answers and events, doubles and delays them, until it is mended. */
function badNetwork(pick: Pick) {
  let isBad = true
  const ask = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    if (isBad && pick(4) === 0) throw new TypeError('The request was lost')
    if (isBad && pick(5) === 0) await fetch(input, init).then((response) => response.text())
    const response = await fetch(input, init)
    if (isBad && pick(4) === 0) {
      await response.text()
      throw new TypeError('The answer was lost')
    }
    return response
  }
  return {
    ask,
    mend: () => {
      isBad = false
    },
    /** Passes an event on: not at all, twice, or late. */
    deliver(event: () => void) {
      if (!isBad) return event()
      const fate = pick(6)
      if (fate === 0) return
      event()
      if (fate === 1) event()
      if (fate === 2) setTimeout(event, 10)
    },
  }
}

/** One device of a person in a room, as the client has it. */
async function device(person: Person, roomId: string, pick: Pick, store: OutboxStore) {
  const network = badNetwork(pick)
  const { data } = await person.client.auth.getSession()
  const rest = createClient(platform.url, platform.publishableKey, {
    db: { schema: 'atrium' },
    auth: { persistSession: false },
    global: { fetch: network.ask, headers: { authorization: `Bearer ${data.session?.access_token}` } },
  })
  const rows = async <Result>(query: PromiseLike<{ data: unknown; error: { message: string } | null; status: number }>) => {
    const { data: found, error, status } = await query
    if (error) throw new ProblemError(status, 'refused', error.message)
    return found as Result
  }
  const rpc = <Result>(name: string, args: Record<string, unknown> = {}) => rows<Result>(rest.rpc(name, args))
  const outbox = createOutbox({
    store,
    senders: { message: (body, id) => rpc('send_message', argumentsOf(body as MessageBody, id)) },
    lead: (run) => run(),
    tell: () => {},
    retryMs: () => 2,
  })
  const api = { rest, rows, rpc } as unknown as Parameters<typeof messageServer>[0]
  const conversation = createConversation({ roomId, threadId: null, server: messageServer(api, roomId, null), outbox })
  await person.client.realtime.setAuth(data.session?.access_token)
  const channel = person.client.channel(`room:${roomId}:1`, { config: { private: true } })
  channel.on('broadcast', { event: '*' }, ({ payload }) => network.deliver(() => conversation.receive(payload as MessageRow)))
  const join = () =>
    new Promise<void>((resolve) => {
      channel.subscribe((status) => {
        if (status !== 'SUBSCRIBED') return
        conversation.catchUp().catch(() => {})
        resolve()
      })
    })
  await join()
  return {
    person,
    conversation,
    /** The socket drops; realtime-js connects and joins again by itself. */
    drop: () => person.client.realtime.disconnect().then(() => person.client.realtime.connect()),
    close() {
      outbox.close()
      conversation.close()
      void person.client.removeChannel(channel)
    },
    async settle() {
      network.mend()
      outbox.wake()
      await vi.waitFor(() => expect(outbox.entries()).toEqual([]), { timeout: 15_000 })
    },
  }
}

test.for([5, ...freshSeeds(2)])(
  '[SYNC6] sockets drop, requests and answers are lost, doubled and late: everybody has every message once, in one order (seed %i)',
  { timeout: 90_000 },
  async (seed) => {
    const pick = random(seed)
    const [anna, ben] = people as [Person, Person]
    const room = crypto.randomUUID()
    await anna.client.rpc('create_room', { id: room, space_id: space, name: `Room ${seed}` }).throwOnError()
    const stores = [makeStore(), makeStore()] as const
    const devices = [await device(anna, room, pick, stores[0]), await device(ben, room, pick, stores[1])]
    const said: string[][] = [[], []]
    for (let step = 0; step < 40; step++) {
      const at = pick(2)
      const current = devices[at] as (typeof devices)[0]
      const choice = pick(10)
      if (choice < 7) {
        const text = `${at}.${said[at]?.length}`
        said[at]?.push(text)
        await current.conversation.send({ text })
      } else if (choice === 7) void current.drop()
      else if (choice === 8) {
        current.close()
        devices[at] = await device(current.person, room, pick, stores[at] as OutboxStore)
      } else await current.conversation.catchUp().catch(() => {})
    }
    for (const one of devices) await one.settle()
    for (const one of devices) await one.conversation.catchUp()

    const { data } = await anna.client.from('messages').select('text,seq').eq('room_id', room).order('seq').throwOnError()
    const stored = (data as { text: string; seq: number }[]).map((row) => row.text)
    expect(stored.toSorted()).toEqual(said.flat().toSorted())
    // What a person said in one room arrives in the order in which he said it.
    for (const [at, own] of said.entries()) expect(stored.filter((text) => text.startsWith(`${at}.`))).toEqual(own)
    for (const { conversation } of devices) expect(inOrder(conversation.log()).map((row) => row.text)).toEqual(stored)
    for (const one of devices) one.close()
  },
)
