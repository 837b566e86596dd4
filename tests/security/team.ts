import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { SCHEMA_VERSION } from '../../hocuspocus-server/src/schema/version.ts'
import type { Result, Row } from '../../sql/types.gen.ts'
import type { Person, TestPlatform } from '../support/platform.ts'

/** People who attack each other: an owner, an editor and a viewer of one workspace, and a stranger. */
export interface Team {
  owner: Person
  editor: Person
  viewer: Person
  stranger: Person
  workspaceId: string
  spaceId: string
  room: Result<'my_rooms'>[number]
  makeDocument(title?: string): Promise<string>
}

/** Calls a function of the API as a person; throws what it refuses with. */
export async function call<T>({ client }: Person, name: string, args: object): Promise<T> {
  const { data, error } = await client.rpc(name, args)
  if (error) throw new Error(`${name}: ${error.message}`)
  return data as T
}

export async function makeTeam(platform: TestPlatform, names = { owner: 'Olga', editor: 'Emil' }): Promise<Team> {
  const [owner, editor, viewer, stranger] = await Promise.all([
    platform.signUp(names.owner),
    platform.signUp(names.editor),
    platform.signUp('Vera'),
    platform.signUp('Stan'),
  ])
  const workspaceId = randomUUID()
  await call(owner, 'create_workspace', { id: workspaceId, name: 'Acme' })
  for (const [person, role] of [
    [editor, 'editor'],
    [viewer, 'viewer'],
  ] as const) {
    const invitation = await call<Row<'invitations'>>(owner, 'invite_member', { workspace_id: workspaceId, email: person.email, role })
    await call(person, 'accept_my_invitation', { invitation_id: invitation.id })
  }
  const [room] = await call<Result<'my_rooms'>>(owner, 'my_rooms', { workspace_id: workspaceId })
  const spaceId = room?.space_id
  if (!room || !spaceId) throw new Error('A workspace begins with a space and a room in it')
  return {
    owner,
    editor,
    viewer,
    stranger,
    workspaceId,
    spaceId,
    room,
    async makeDocument(title = 'Plan') {
      const id = randomUUID()
      await call(owner, 'create_document', { id, space_id: spaceId, title })
      return id
    },
  }
}

export async function tokenOf({ client }: Person): Promise<string> {
  const { data } = await client.auth.getSession()
  if (!data.session) throw new Error('Nobody is signed in')
  return data.session.access_token
}

/** Where documents are opened, by a client of today. */
export const collabUrl = ({ url }: TestPlatform) => `${url.replace('http', 'ws')}/collab?schema=${SCHEMA_VERSION}`

/** Whether the history of a document is anybody's to ask: who may is told that this is no time. */
export async function mayAskHistory({ url }: TestPlatform, documentId: string, token: string): Promise<boolean> {
  const { status } = await fetch(`${url}/collab/documents/${documentId}/at/never`, { headers: { authorization: `Bearer ${token}` } })
  // Too many questions are no refusal either.
  return status === 400 || status === 429
}

/** Sends bytes as they are, which fetch would tidy, and gives all that comes back before the connection is closed. */
export function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
    socket.setTimeout(5_000, () => socket.destroy())
  })
}
