import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StorageAccess } from './config.ts'
import type { LinkedMessage, LinkedPage } from './database.ts'
import type { Json } from './formats/fit.ts'
import { type Addresses, escapeHtml, writeHtml } from './formats/writeHtml.ts'
import { readForm } from './forms.ts'
import { createBucket } from './limits.ts'
import type { LinkDatabase } from './linkDatabase.ts'
import { createLinkedFiles, isStored, linkedAddress } from './linkedFiles.ts'
import { createLinkedFolders, folderHtml } from './linkedFolders.ts'

interface LinkedPagesOptions {
  database: LinkDatabase
  /** Without it pictures and files are only named. */
  storage: StorageAccess | null
  /** Milliseconds of the epoch. */
  clock(): number
  report(message: string, error?: unknown): void
}

const PATH = /^\/l\/([\w-]{20,64})\/read$/
const STYLE = readFileSync(new URL('linkedPages.css', import.meta.url), 'utf8')
const PAGES_PER_SECOND = 5
const PAGES_AT_ONCE = 40
const FILES_PER_SECOND = 20
/** A page of many pictures asks for them all. */
const FILES_AT_ONCE = 300
const MAX_ADDRESSES = 10_000

/** No script at all, and no style but ours: what stands in the document can do nothing. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; img-src 'self'; media-src 'self'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/** Where stored pictures and files lie for whoever has this page. */
const addressesWith = (pass: string | null): Addresses => ({
  stored: (src) => linkedAddress(src, pass),
  plays: true,
  mention: ({ kind, id, label }) => ({
    text: kind === 'person' ? `@${label ?? ''}` : String((kind === 'date' ? id : label) ?? ''),
    href: kind === 'document' && typeof id === 'string' ? `/d/${encodeURIComponent(id)}` : null,
  }),
})

/** `/l/:token/read`: a shared document, the latest messages of a shared room, or shared files, as a page without scripts, for whoever has the link and its
 *  password. */
export function createLinkedPages({ database, storage, clock, report }: LinkedPagesOptions) {
  const takePage = takers(() => createBucket({ perSecond: PAGES_PER_SECOND, burst: PAGES_AT_ONCE, clock }))
  const takeFile = takers(() => createBucket({ perSecond: FILES_PER_SECOND, burst: FILES_AT_ONCE, clock }))
  const sendFile = storage && createLinkedFiles(storage, database)
  const folders = storage && createLinkedFolders(storage, database)

  async function pageFor(
    request: IncomingMessage,
    token: string,
    query: URLSearchParams,
    address: string | null,
  ): Promise<[status: number, html: string]> {
    if (!['GET', 'HEAD', 'POST'].includes(request.method ?? '')) return [405, notice('This can only be read.')]
    if (!takePage(address)) return [429, notice('Too many pages at once. Wait a moment, then try again.')]
    const isDrop = folders?.isDrop(request) ?? false
    const form = request.method === 'POST' && !isDrop ? await readForm(request) : new URLSearchParams()
    if (!form) return [413, notice('This is too long for a password.')]
    const found = await database.readLink(token, form.get('password'))
    if (found === 'link_expired') return [410, notice('This link has expired. Ask whoever gave it to you for another one.')]
    if (found === 'link_not_found') return [404, notice('There is no such link, or it was taken back.')]
    if (found.object_type === 'file') return folderPage(request, token, query, found, isDrop)
    if (found.state === 'open')
      return [200, found.object_type === 'room' ? roomPage(found, token) : documentPage(found, token, sendFile !== null)]
    return [found.state === 'password_required' ? 200 : found.state === 'password_wrong' ? 403 : 429, passwordPage(found)]
  }

  async function folderPage(
    request: IncomingMessage,
    token: string,
    query: URLSearchParams,
    link: LinkedPage,
    isDrop: boolean,
  ): Promise<[status: number, html: string]> {
    if (!folders) return [503, notice('Files cannot be read at the moment. Try again in a minute.')]
    const isOpen = link.state === 'open'
    const pass = isOpen ? link.pass : query.get('pass')
    const at = query.get('at')
    const found = await folders.find(token, pass, at, isOpen && at === null && !isDrop && request.method !== 'HEAD')
    if (!found && !isOpen && link.state !== 'password_required') return [link.state === 'password_wrong' ? 403 : 429, passwordPage(link)]
    // Who has no pass, or an old one, is asked again.
    if (!found) return isOpen ? [404, notice('There is no such file here any more. Open the link again.')] : [200, passwordPage(link)]
    const dropped = isDrop ? await folders.drop(request, token, pass) : null
    return [200, layout(found.name, folderHtml(found, pass, dropped))]
  }

  async function fileFor(
    request: IncomingMessage,
    response: ServerResponse,
    token: string,
    query: URLSearchParams,
    address: string | null,
  ): Promise<[status: number, html: string] | null> {
    if (!['GET', 'HEAD'].includes(request.method ?? '')) return [405, notice('This can only be read.')]
    if (!takeFile(address)) return [429, notice('Too many files at once. Wait a moment, then try again.')]
    const send = query.has('file') ? sendFile : folders?.send
    const missing = send ? await send(request, response, token, query) : 404
    if (missing === 503) return [503, notice('This file cannot be read at the moment. Try again in a minute.')]
    return missing && [404, notice('There is no such file here any more. Open the link again.')]
  }

  return {
    isOne: (path: string): boolean => PATH.test(path),
    answer(request: IncomingMessage, response: ServerResponse, address: string | null): void {
      const [path = '', search] = (request.url ?? '').split('?', 2)
      const [, token = ''] = PATH.exec(path) ?? []
      const query = new URLSearchParams(search)
      response.on('error', () => {}) // Whoever asked is gone.
      const isFile = ['file', 'get', 'show', 'zip'].some((name) => query.has(name))
      const answered = isFile ? fileFor(request, response, token, query, address) : pageFor(request, token, query, address)
      answered
        .catch((error: unknown): [number, string] | null => {
          if (response.destroyed) return null // Whoever asked is gone, in the middle of a file.
          report('A linked page could not be shown', error)
          return [503, notice('This page cannot be shown at the moment. Try again in a minute.')]
        })
        .then((answer) => {
          request.resume()
          if (!answer) return
          const [status, html] = answer
          response.writeHead(status, HEADERS).end(request.method === 'HEAD' ? undefined : html)
        })
        .catch(() => response.destroy())
    },
  }
}

/** Asks the bucket of an address. */
function takers(newBucket: () => () => boolean): (address: string | null) => boolean {
  const buckets = new Map<string, () => boolean>()
  return (address) => {
    if (buckets.size > MAX_ADDRESSES) buckets.clear()
    const bucket = buckets.get(address ?? '') ?? newBucket()
    buckets.set(address ?? '', bucket)
    return bucket()
  }
}

function documentPage({ title, icon, content, role, updated_at, pass }: LinkedPage, token: string, hasFiles: boolean): string {
  const name = title?.trim() || 'Untitled'
  const blocks = (content as Json | null)?.content ?? []
  const invitation = { viewer: 'Open in Atrium', commenter: 'Sign in to comment', editor: 'Sign in to write' }[role]
  const date = updated_at ? `<time datetime="${updated_at.toISOString()}">${updated_at.toISOString().slice(0, 10)}</time>` : ''
  return layout(
    name,
    `<main>
<article>
<h1 dir="auto">${icon ? `<span aria-hidden="true">${escapeHtml(icon)}</span> ` : ''}${escapeHtml(name)}</h1>
<div class="text" dir="auto">${writeHtml(hasFiles ? blocks.map(only(isStored)) : blocks.map(only(() => false)), addressesWith(pass))}</div>
</article>
</main>
<footer><span>Last changed ${date}</span><a href="/l/${token}/open">${invitation}</a></footer>`,
  )
}

function roomPage({ title, role, messages }: LinkedPage, token: string): string {
  const name = title?.trim() || 'Untitled'
  const days = Map.groupBy(messages ?? [], ({ at }) => at.slice(0, 10))
  const said = [...days].map(
    ([day, ofDay]) => `<section aria-label="${day}">
<h2 class="day"><time datetime="${day}">${day}</time></h2>
${ofDay.map(messageHtml).join('\n')}
</section>`,
  )
  return layout(
    name,
    `<main class="room">
<h1 dir="auto">${escapeHtml(name)}</h1>
${said.join('\n') || '<p>Nobody has said anything yet.</p>'}
</main>
<footer><span>The latest messages, without threads and files. Times are UTC.</span><a href="/l/${token}/open">${role === 'viewer' ? 'Open in Atrium' : 'Sign in to write'}</a></footer>`,
  )
}

/** Text is text: each line by itself, nothing of it markup. */
function messageHtml({ author, at, edited, text, forwarded, files, replies }: LinkedMessage): string {
  const lines = (value: string) => `<p dir="auto">${escapeHtml(value).replaceAll('\n', '<br>')}</p>`
  const notes = [
    ...files.map((file) => `File: ${file}`),
    ...(replies > 0 ? [replies === 1 ? 'One reply' : `${replies} replies`] : []),
    ...(edited ? ['edited'] : []),
  ]
  return `<article>
<h3 dir="auto">${escapeHtml(author ?? 'Former member')} <time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(11, 16))}</time></h3>
${text ? lines(text) : ''}${forwarded ? `<blockquote>${lines(forwarded)}</blockquote>` : ''}
${notes.length > 0 ? `<p class="note" dir="auto">${escapeHtml(notes.join(' · '))}</p>` : ''}
</article>`
}

/** In place of a picture or a file that cannot be had stands what it is. */
const only =
  (canBeHad: (block: Json) => boolean) =>
  (block: Json): Json => {
    const named = (text: string): Json => ({ type: 'paragraph', content: [{ type: 'text', text, marks: [{ type: 'italic' }] }] })
    if (canBeHad(block)) return block
    if (block.type === 'image') return named(`Picture${block.attrs?.alt ? `: ${block.attrs.alt}` : ''}`)
    if (block.type === 'file') return named(`File: ${block.attrs?.name ?? ''}`)
    return block.content ? { ...block, content: block.content.map(only(canBeHad)) } : block
  }

function passwordPage({ state, object_type }: Pick<LinkedPage, 'state' | 'object_type'>): string {
  const kind = { document: 'page', room: 'room', file: 'folder' }[object_type]
  const problem = { password_wrong: 'This password is wrong.', too_many_attempts: 'Too many wrong passwords. Try again in 15 minutes.' }[
    state as string
  ]
  return layout(
    `A ${kind} with a password`,
    `<main class="card">
<h1>A ${kind} with a password</h1>
<p>Whoever gave you the link knows it.</p>
${problem ? `<p class="problem" role="alert">${problem}</p>` : ''}
<form method="post">
<label for="password">Password of the link</label>
<input id="password" name="password" type="password" autocomplete="off" required maxlength="72" autofocus>
<button type="submit">Open the ${kind}</button>
</form>
</main>`,
  )
}

const notice = (sentence: string) => layout('Atrium', `<main class="card"><h1>Atrium</h1><p>${escapeHtml(sentence)}</p></main>`)

const layout = (title: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/icon.svg">
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`
