import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'
import { eventually, joined, listen } from './realtimeServer.ts'

let platform: TestPlatform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.stop())

async function call<T>({ client }: Person, name: string, parameters: object): Promise<T> {
  const { data, error } = await client.rpc(name, parameters)
  if (error) throw new Error(`${name}: ${error.message} (${error.code})`)
  return data as T
}

test('[RT18] in a workspace: a message is heard by its room, and by nobody who was removed a moment ago', async () => {
  const [anna, ben, cleo] = [await platform.signUp('Anna'), await platform.signUp('Ben'), await platform.signUp('Cleo')]
  const workspace = randomUUID()
  await call(anna, 'create_workspace', { id: workspace, name: 'Club' })
  for (const person of [ben, cleo]) {
    const invitation = await call<{ id: string }>(anna, 'invite_member', { workspace_id: workspace, email: person.email, role: 'editor' })
    await call(person, 'accept_my_invitation', { invitation_id: invitation.id })
  }
  const [room] = await call<{ id: string; space_id: string; epoch: number }[]>(anna, 'my_rooms', { workspace_id: workspace })
  if (!room) throw new Error('A workspace begins with a room')
  const join = async (person: Person, epoch: number) => {
    const channel = person.client.channel(`room:${room.id}:${epoch}`, { config: { private: true } })
    const heard = listen(channel)
    return { channel, heard, state: await joined(channel) }
  }
  const stranger = await platform.signUp('Stranger')
  expect((await join(stranger, room.epoch)).state).toMatch(/Unauthorized/)
  const [atBen, atCleo] = [await join(ben, room.epoch), await join(cleo, room.epoch)]
  expect([atBen.state, atCleo.state]).toEqual(['SUBSCRIBED', 'SUBSCRIBED'])

  await call(anna, 'send_message', { id: randomUUID(), room_id: room.id, text: 'Hello' })
  for (const { heard } of [atBen, atCleo]) await eventually(() => heard).toMatchObject([{ event: 'message', payload: { text: 'Hello' } }])

  await call(anna, 'remove_member', { workspace_id: workspace, user_id: ben.id })
  await eventually(() => atBen.channel.state, { timeout: 1000, interval: 5 }).toBe('closed')
  await eventually(() => atCleo.heard.at(-1)).toMatchObject({ event: 'epoch', payload: { epoch: room.epoch + 1 } })
  const moved = await join(cleo, room.epoch + 1)
  expect((await join(ben, room.epoch + 1)).state).toMatch(/Unauthorized/)
  await call(anna, 'send_message', { id: randomUUID(), room_id: room.id, text: 'Without Ben' })
  await eventually(() => moved.heard).toMatchObject([{ event: 'message', payload: { text: 'Without Ben' } }])
  expect(atBen.heard.filter(({ event }) => event === 'message')).toHaveLength(1)
})

test('[RT18] the topic of a person is heard by that person alone, and nobody else speaks on it', async () => {
  const [anna, ben] = [await platform.signUp('Anna'), await platform.signUp('Ben')]
  const own = anna.client.channel(`user:${anna.id}`, { config: { private: true } })
  const heard = listen(own)
  expect(await joined(own)).toBe('SUBSCRIBED')
  const foreign = ben.client.channel(`user:${anna.id}`, { config: { private: true } })
  expect(await joined(foreign)).toMatch(/Unauthorized/)
  await expect(ben.client.channel(`user:${anna.id}`, { config: { private: true } }).httpSend('workspaces', {})).rejects.toThrow()
  await call(anna, 'create_workspace', { id: randomUUID(), name: 'Mine' })
  await eventually(() => heard.map(({ event }) => event)).toContain('workspaces')
})

test('[RT18] who is signed out everywhere hears nothing a second later', async () => {
  const ben = await platform.signUp('Ben')
  const channel = ben.client.channel(`user:${ben.id}`, { config: { private: true } })
  expect(await joined(channel)).toBe('SUBSCRIBED')
  const { data } = await ben.client.auth.getSession()
  const response = await fetch(`${platform.url}/auth/v1/logout?scope=global`, {
    method: 'POST',
    headers: { apikey: platform.publishableKey, authorization: `Bearer ${data.session?.access_token}` },
  })
  expect(response.status).toBe(204)
  await eventually(() => channel.state, { timeout: 1000, interval: 5 }).toBe('closed')
  const { data: workspaces, error } = await ben.client.rpc('my_workspaces')
  expect([workspaces ?? [], error?.code ?? 'PT401']).toEqual([[], 'PT401'])
})
