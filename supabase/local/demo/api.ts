import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import * as Y from 'yjs'
import { documentName, FRAGMENT } from '../../../hocuspocus-server/src/protocol.ts'
import { SCHEMA_VERSION } from '../../../hocuspocus-server/src/schema/version.ts'
import type { PlatformAddress } from '../supervisor/platform.ts'

/** One person of the demo, who does everything through the APIs that anybody has. */
export interface DemoPerson {
  id: string
  email: string
  rpc<Result>(name: string, args: Record<string, unknown>): Promise<Result>
  read<Row>(query: string): Promise<Row[]>
  /** Writes into a document and waits until it is stored. */
  write(documentId: string, change: (content: Y.XmlFragment) => void): Promise<void>
}

type Api = Pick<PlatformAddress, 'url' | 'publishableKey' | 'secretKey'>

const STORED_DEADLINE_MS = 15_000

/** Makes a user whose mailbox counts as confirmed, and signs him in. */
export async function signUp(api: Api, { name, email, password }: { name: string; email: string; password: string }): Promise<DemoPerson> {
  const user = { email, password, email_confirm: true, user_metadata: { name } }
  const { id } = await send<{ id: string }>(`${api.url}/auth/v1/admin/users`, api.secretKey, api.secretKey, user)
  const { access_token: token } = await send<{ access_token: string }>(
    `${api.url}/auth/v1/token?grant_type=password`,
    api.publishableKey,
    api.publishableKey,
    { email, password },
  )
  return {
    id,
    email,
    rpc: (name, args) => send(`${api.url}/rest/v1/rpc/${name}`, api.publishableKey, token, args),
    read: (query) => send(`${api.url}/rest/v1/${query}`, api.publishableKey, token),
    write: (documentId, change) => write(`${api.url.replace('http', 'ws')}/collab?schema=${SCHEMA_VERSION}`, token, documentId, change),
  }
}

/** Whether anybody has signed up yet. */
export async function isEmpty({ url, secretKey }: Api): Promise<boolean> {
  const { users } = await send<{ users: unknown[] }>(`${url}/auth/v1/admin/users?per_page=1`, secretKey, secretKey)
  return users.length === 0
}

async function send<Result>(url: string, apikey: string, token: string, body?: unknown): Promise<Result> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      apikey,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-profile': 'atrium',
      'accept-profile': 'atrium',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}: ${text}`)
  return (text ? JSON.parse(text) : null) as Result
}

async function write(url: string, token: string, documentId: string, change: (content: Y.XmlFragment) => void): Promise<void> {
  const document = new Y.Doc()
  const socket = new HocuspocusProviderWebsocket({ url })
  const provider = new HocuspocusProvider({ websocketProvider: socket, name: documentName(documentId), document, token })
  provider.attach()
  try {
    await stored(provider, () => document.transact(() => change(document.getXmlFragment(FRAGMENT))))
  } finally {
    provider.destroy()
    socket.destroy()
    document.destroy()
  }
}

/** Makes a change once the document is loaded; resolves when the server has acknowledged it. */
function stored(provider: HocuspocusProvider, change: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The collaboration server did not store a document of the demo')), STORED_DEADLINE_MS)
    let isChanged = false
    provider.on('authenticationFailed', ({ reason }: { reason: string }) =>
      reject(new Error(`A document of the demo may not be written: ${reason}`)),
    )
    provider.on('unsyncedChanges', ({ number }: { number: number }) => {
      if (!isChanged || number > 0) return
      clearTimeout(timer)
      resolve()
    })
    provider.on('synced', () => {
      if (isChanged) return
      isChanged = true
      change()
    })
  })
}
