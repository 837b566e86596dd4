import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { SCHEMA_VERSION } from '../../hocuspocus-server/src/schema/version.ts'
import { makeTeam, SIZES, signIn, startAtrium, visit } from '../e2e/people.ts'
import { closePeers, openPeer } from '../server/collaboration.ts'

const atrium = startAtrium()
afterAll(closePeers)

const MARKUP = [
  '<img src=x onerror=pwned(1)>',
  '<script>pwned(1)</script>',
  '"><svg onload=pwned(1)>',
  `';pwned(1)//`,
  '<a href="javascript:pwned(1)">x</a>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=pwned(1)&gt;">',
  '<iframe srcdoc="<script>parent.pwned(1)</script>">',
  '<style>@import "//evil.test"</style><base href=//evil.test>',
  'https://a.b/"onmouseover="pwned(1)',
  'javascript:pwned(1)',
]
const ADDRESSES = [
  'javascript:pwned(1)',
  'JaVa\nScRiPt:pwned(1)',
  '\x01javascript:pwned(1)',
  'data:text/html,<script>pwned(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.test',
]
/** Nodes that a script put into a document, with attributes that no editor writes. Those of no schema are refused, see SCHEMA6. */
const NODES: [name: string, attributes: Record<string, unknown>][] = [
  ['image', { src: 'https://evil.test/pixel.png', alt: '"><img src=x onerror=pwned(1)>', onerror: 'pwned(1)' }],
  ['image', { src: 'data:image/svg+xml,<svg onload="pwned(1)"/>' }],
  ['image', { src: '/storage/v1/object/authenticated/document-images/../../../../auth/v1/logout/x.png' }],
  ['codeBlock', { language: '"><img src=x onerror=pwned(1)>' }],
  ['heading', { level: '1"><img src=x onerror=pwned(1)>' }],
  ['heading', { level: { toString: 1 } }],
  ['callout', { kind: '"><img src=x onerror=pwned(1)>' }],
  [
    'blockMath',
    { latex: '\\href{javascript:pwned(1)}{x} \\includegraphics{//evil.test/x.png} \\htmlStyle{background:url(//evil.test)}{y}' },
  ],
  ['file', { src: '//evil.test/x.html', name: '<img src=x onerror=pwned(1)>', mime: 'text/html' }],
  ['file', { src: '/storage/v1/object/authenticated/document-files/../../../../auth/v1/logout', name: 'x', mime: 'video/mp4' }],
  ['paragraph', { class: 'x" onclick="pwned(1)', style: 'background:url(//evil.test)' }],
]

function write(document: Y.Doc): void {
  const fragment = document.getXmlFragment(FRAGMENT)
  const add = (name: string, attributes: Record<string, unknown>, text: string, marks = {}) => {
    const element = new Y.XmlElement(name)
    fragment.push([element])
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value as string)
    const content = new Y.XmlText()
    element.push([content])
    content.insert(0, text, marks)
  }
  document.transact(() => {
    for (const [name, attributes] of NODES) add(name, attributes, 'x')
    for (const kind of ['document', 'person', '"><img src=x onerror=pwned(1)>']) {
      const line = new Y.XmlElement('paragraph')
      const mention = new Y.XmlElement('mention')
      const attributes = { kind, id: '../auth/v1/logout', label: '<img src=x onerror=pwned(1)>' }
      for (const [key, value] of Object.entries(attributes)) mention.setAttribute(key, value)
      line.push([mention])
      fragment.push([line])
    }
    fragment.push([tableOf({ colspan: 1e9, rowspan: 1e9, colwidth: ['1px;background:url(//evil.test)'], align: 'x;pwned(1)' })])
    for (const text of MARKUP) add('paragraph', {}, text, { textStyle: { color: 'red;background:url(//evil.test)' } })
    for (const href of ADDRESSES) add('paragraph', {}, 'link', { link: { href, target: '_self', class: '" onclick="pwned(1)' } })
    add('paragraph', {}, 'The end')
  })
}

/** One cell, with attributes that would stop a browser. */
function tableOf(attributes: Record<string, unknown>): Y.XmlElement {
  const [table, row, cell] = ['table', 'tableRow', 'tableCell'].map((name) => new Y.XmlElement(name)) as [
    Y.XmlElement,
    Y.XmlElement,
    Y.XmlElement,
  ]
  for (const [key, value] of Object.entries(attributes)) cell.setAttribute(key, value as string)
  cell.push([new Y.XmlElement('paragraph')])
  row.push([cell])
  table.push([row])
  return table
}

/** What ran, what the content security policy stopped, and which other origins were asked. */
async function watch(page: Page): Promise<string[]> {
  const found: string[] = []
  await page.exposeFunction('pwned', () => found.push('a script ran'))
  page.on('console', (message) => message.text().startsWith('stopped: ') && found.push(message.text()))
  page.on('dialog', (dialog) => (dialog.type() === 'beforeunload' ? dialog.accept() : found.push('a dialog')))
  page.on('request', (request) => {
    if (!request.url().startsWith(atrium.started.url) && /^(https?|ftp|wss?):/.test(request.url())) found.push(request.url())
  })
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`stopped: ${violatedDirective} ${blockedURI}`),
    )
  })
  return found
}

const dangerous = () => [
  ...[...document.querySelectorAll('iframe, object, embed, base, script:not([src]), [onerror], [onload], [onclick]')].map(
    (each) => each.outerHTML,
  ),
  ...[...document.querySelectorAll('a')].map((link) => link.href).filter((href) => !/^(https?|mailto):/.test(href)),
]

test('[SEC10] what people write and what they are called is shown as text, wherever it is shown', { timeout: 60_000 }, async () => {
  const [markup, quoted] = ['<img src=x onerror=pwned(1)>', '"><svg onload=pwned(1)>']
  const team = await makeTeam(atrium.started, { [markup]: 'owner', Anna: 'editor' })
  const owner = team.as(markup)
  const [room, space, documentId] = [randomUUID(), randomUUID(), randomUUID()]
  await owner.from('workspaces').update({ name: quoted }).eq('id', team.workspace).throwOnError()
  await owner.rpc('create_space', { id: space, workspace_id: team.workspace, name: markup, private: false }).throwOnError()
  await owner.rpc('create_room', { id: room, space_id: team.space, name: quoted, topic: markup }).throwOnError()
  for (const text of [...MARKUP, ...ADDRESSES.slice(3)]) {
    await owner.rpc('send_message', { id: randomUUID(), room_id: room, text }).throwOnError()
  }
  await owner.rpc('create_document', { id: documentId, space_id: team.space, title: markup }).throwOnError()
  await owner.from('documents').update({ icon: '<b onclick=1>' }).eq('id', documentId).throwOnError()
  const { data } = await owner.auth.getSession()
  const url = `${atrium.started.url.replace('http', 'ws')}/collab?schema=${SCHEMA_VERSION}`
  const peer = openPeer({ url, documentId, token: data.session?.access_token ?? '' })
  await peer.saved()
  write(peer.document)
  await peer.saved()

  const { page } = await visit(atrium.browser, SIZES.desktop)
  const found = await watch(page)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  const shown: [path: string, text: string][] = [
    [`/d/${documentId}`, 'The end'],
    [`/c/${room}`, 'vbscript:x'],
    [`/s/${team.space}`, markup],
    ['/people', markup],
    ['/settings', 'Anna'],
    [`/invite/${encodeURIComponent(markup)}`, 'invitation'],
    [`/nowhere/${encodeURIComponent(markup)}`, 'nothing'],
    ['/login?next=javascript:pwned(1)', markup],
    ['/login?redirect=//evil.test', markup],
    [`/reset#error=x&error_description=${encodeURIComponent(markup)}`, 'password'],
  ]
  for (const [path, text] of shown) {
    await page.goto(atrium.started.url + path)
    await page.getByText(text).first().waitFor()
    expect.soft([path, new URL(page.url()).origin, await page.evaluate(dangerous)]).toEqual([path, atrium.started.url, []])
  }
  expect(found).toEqual([])
  // The alarm works: markup that is taken for markup is stopped, and heard of.
  await page.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), markup)
  await expect.poll(() => found).toEqual([expect.stringMatching(/^stopped: script-src/)])
})

/** Everything that the browser keeps for this origin, as text. */
async function keptHere(): Promise<string> {
  const kept: unknown[] = [{ ...localStorage }]
  const answer = <Result>(request: IDBRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  for (const { name } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name ?? ''))
    for (const store of database.objectStoreNames) kept.push(await answer(database.transaction(store).objectStore(store).getAll()))
    database.close()
  }
  return JSON.stringify(kept)
}

test('[SEC12] who signs out leaves nothing in the browser of what he wrote', async () => {
  const team = await makeTeam(atrium.started, { Ben: 'owner' })
  const { data: rooms } = await team.as('Ben').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Ben'))
  await page.goto(`${atrium.started.url}/c/${rooms[0].id}`)
  const field = page.getByRole('textbox', { name: 'Message general' })
  await page.route('**/rpc/send_message', (route) => route.abort())
  await field.fill('A secret on its way')
  await field.press('Enter')
  await field.fill('A secret that was not sent')
  const kept = () => page.evaluate(keptHere)
  await expect.poll(kept).toMatch(/on its way.*not sent|not sent.*on its way/)
  await page.goto(`${atrium.started.url}/settings`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await kept()).not.toMatch(/secret|access_token/)
})
