import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { closePeers, openPeer, SOON } from '../server/collaboration.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { collabUrl, makeTeam, type Team, tokenOf } from './team.ts'

let platform: TestPlatform
let team: Team
beforeAll(async () => {
  platform = await startPlatform({ collab: true })
  team = await makeTeam(platform)
})
afterAll(async () => {
  closePeers()
  await platform?.stop()
})

const nest = (depth: number) => {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = { value }
  return value
}
const withAttribute = (value: () => unknown) => (fragment: Y.XmlFragment) => {
  const element = new Y.XmlElement('paragraph')
  fragment.insert(0, [element])
  element.setAttribute('x', value() as string)
}

type Attack = (fragment: Y.XmlFragment, document: Y.Doc) => void

/** What no document can hold. */
const REFUSED: Record<string, Attack> = {
  'a text as an attribute': withAttribute(() => new Y.Text('x')),
  'a map as an attribute': withAttribute(() => new Y.Map([['x', new Y.Array()]])),
  'a document as an attribute': withAttribute(() => new Y.Doc()),
}

/** What no editor of ours writes, and a script can. */
const HOSTILE: Record<string, Attack> = {
  'bytes as an attribute': withAttribute(() => new Uint8Array(200_000)),
  'a prototype as an attribute': withAttribute(() => JSON.parse('{"__proto__": {"x": 1}}')),
  'a huge attribute': withAttribute(() => 'x'.repeat(300_000)),
  'a deep attribute': withAttribute(() => nest(2_000)),
  '5,000 levels': (fragment) => {
    let parent: Y.XmlFragment = fragment
    for (let i = 0; i < 5_000; i++) {
      const element = new Y.XmlElement('blockquote')
      parent.insert(0, [element])
      parent = element
    }
  },
  'broken text': (fragment) => fragment.insert(0, [new Y.XmlText('a\0b\ud800')]),
  '2,000 roots': (_, document) => {
    for (let i = 0; i < 2_000; i++) document.getMap(`root${i}`).set('x', 1)
  },
}

test('[SEC9] a hostile document is kept or refused, and stops nobody else', { timeout: 60_000 }, async () => {
  const url = collabUrl(platform)
  const token = await tokenOf(team.editor)
  for (const [what, attack] of Object.entries(HOSTILE)) {
    const documentId = await team.makeDocument(what)
    const peer = openPeer({ url, documentId, token })
    await peer.saved()
    peer.document.transact(() => attack(peer.document.getXmlFragment(FRAGMENT), peer.document))
    await peer.saved()
    peer.close()
    // The readable form is made when the last one leaves: who stands still, does it now.
    const contents = () => team.owner.client.from('document_contents').select('json').eq('document_id', documentId)
    await expect
      .poll(async () => [what, (await contents()).data], SOON)
      .toEqual([what, [{ json: expect.objectContaining({ type: 'doc' }) }]])
  }
  for (const [what, attack] of Object.entries(REFUSED)) {
    const peer = openPeer({ url, documentId: await team.makeDocument(what), token })
    await peer.saved()
    peer.document.transact(() => attack(peer.document.getXmlFragment(FRAGMENT), peer.document))
    await expect.poll(() => peer.messages, SOON).toContainEqual({ type: 'refused', reason: 'unknown_content' })
    peer.close()
  }
  const bystander = openPeer({ url, documentId: await team.makeDocument(), token })
  bystander.type('Hello')
  await bystander.saved()
})
