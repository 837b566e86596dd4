import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StorageAccess } from './config.ts'
import { createDrops, type Dropped } from './drops.ts'
import { escapeHtml } from './formats/writeHtml.ts'
import type { LinkDatabase, LinkedFolder } from './linkDatabase.ts'
import { MOST_ZIPPED, sendFolder } from './sendFolder.ts'
import { attachment, isShown, sendStored } from './storedBytes.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What can be looked at without saving it. */
const shows = (mime: string) => isShown(mime) || mime === 'text/plain'

/** What whoever has a link to a file or folder may do: look at it, save it, or drop files into it. */
export function createLinkedFolders(storage: StorageAccess, database: LinkDatabase) {
  const drop = createDrops(storage, database)

  async function send(request: IncomingMessage, response: ServerResponse, token: string, pass: string | null, id: string, saves: boolean) {
    const [file] = (await database.linkedFiles(token, pass, id)) ?? []
    if (file?.id !== id || (saves && !file.downloads) || (!saves && !shows(file.mime))) return 404
    return sendStored({
      storage,
      path: `files/${file.path}`,
      request,
      response,
      headers: () =>
        saves
          ? { 'content-type': 'application/octet-stream', 'content-disposition': attachment(file.name) }
          : { 'content-type': file.mime === 'text/plain' ? 'text/plain; charset=utf-8' : file.mime, 'content-disposition': 'inline' },
      mayGoOn: async () => ((await database.linkedFiles(token, pass, id)) ?? []).length > 0,
    })
  }

  async function sendZip(response: ServerResponse, token: string, pass: string | null, id: string): Promise<404 | null> {
    const folder = await database.linkedFolder(token, pass, id, false)
    const files = (await database.linkedFiles(token, pass, id)) ?? []
    if (!folder?.is_folder || !folder.downloads || folder.uploads || files.length > MOST_ZIPPED) return 404
    await sendFolder({
      storage,
      response,
      name: folder.name,
      files: files.map((file) => ({ ...file, folders: file.folders.slice(1) })),
      mayRead: async ({ id: file, path }) => ((await database.linkedFiles(token, pass, file)) ?? [])[0]?.path === path,
      mayGoOn: async () => (await database.linkedFolder(token, pass, id, false)) !== null,
    })
    return null
  }

  return {
    isDrop: (request: IncomingMessage): boolean =>
      request.method === 'POST' && /^multipart\/form-data\b/.test(request.headers['content-type'] ?? ''),

    /** Takes what is dropped; null when the link takes nothing. */
    async drop(request: IncomingMessage, token: string, pass: string | null): Promise<Dropped[] | null> {
      const folder = await database.linkedFolder(token, pass, null, false)
      return folder?.uploads ? drop(request, token, pass) : null
    },

    /** What the page shows; null when there is no such thing behind this link, or its password was not given. */
    find: (token: string, pass: string | null, at: string | null, isArrival: boolean): Promise<LinkedFolder | null> =>
      at === null || UUID.test(at) ? database.linkedFolder(token, pass, at, isArrival) : Promise.resolve(null),

    /** `?get=` saves a file, `?show=` shows it in a page, `?zip=` saves a folder. */
    async send(request: IncomingMessage, response: ServerResponse, token: string, query: URLSearchParams): Promise<404 | 503 | null> {
      const pass = query.get('pass')
      const id = query.get('get') ?? query.get('show') ?? query.get('zip') ?? ''
      if (!UUID.test(id)) return 404
      if (query.has('zip')) return request.method === 'GET' ? sendZip(response, token, pass, id) : 404
      return send(request, response, token, pass, id, query.has('get'))
    },
  }
}

/** The address of something behind the same link. */
const address = (what: Record<string, string>, pass: string | null) =>
  escapeHtml(`?${new URLSearchParams({ ...what, ...(pass && { pass }) })}`)

const sizeOf = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB']
  let unit = 0
  let value = bytes
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

const dayOf = (at: string) => `<time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 10))}</time>`

/** A file or folder behind a link, as the body of a page. */
export function folderHtml(found: LinkedFolder, pass: string | null, dropped: Dropped[] | null): string {
  const { name, trail, is_folder, uploads, downloads, id } = found
  const above = trail.map((folder) => `<li><a href="${address({ at: folder.id }, pass)}" dir="auto">${escapeHtml(folder.name)}</a></li>`)
  const save = downloads && !uploads
  const what = is_folder ? address({ zip: id }, pass) : address({ get: id }, pass)
  const label = is_folder ? 'Download all (ZIP)' : 'Download'
  return `<main class="${uploads ? 'card' : 'files'}">
${above.length > 0 ? `<nav aria-label="Folders above"><ol>${above.join('')}</ol></nav>` : ''}
<h1 dir="auto">${escapeHtml(name)}</h1>
${save && (!is_folder || found.files.length > 0) ? `<p><a class="button" href="${what}" download>${label}</a></p>` : ''}
${uploads ? dropHtml(pass, dropped) : is_folder ? listHtml(found, pass) : fileHtml(found, pass)}
</main>`
}

function listHtml({ files, downloads }: LinkedFolder, pass: string | null): string {
  if (files.length === 0) return '<p>Nothing is in this folder yet.</p>'
  const rows = files.map(
    (file) => `<li>
<a href="${address({ at: file.id }, pass)}" dir="auto">${file.is_folder ? '<span aria-hidden="true">▸</span> ' : ''}${escapeHtml(file.name)}${file.is_folder ? '<span class="hidden"> (folder)</span>' : ''}</a>
<small>${file.is_folder ? '' : `${sizeOf(file.size ?? 0)} · `}${dayOf(file.updated_at)}</small>
${!downloads || file.is_folder ? '' : `<a href="${address({ get: file.id }, pass)}" download aria-label="Download ${escapeHtml(file.name)}">Download</a>`}
</li>`,
  )
  return `<ul class="list">${rows.join('\n')}</ul>${files.length >= 1000 ? '<p>Only the first 1,000 are listed.</p>' : ''}`
}

function fileHtml({ id, name, mime, size, updated_at }: LinkedFolder, pass: string | null): string {
  const src = address({ show: id }, pass)
  const label = escapeHtml(name)
  const [kind] = (mime ?? '').split('/')
  const shown = !shows(mime ?? '')
    ? '<p>This kind of file cannot be shown here.</p>'
    : kind === 'image'
      ? `<img src="${src}" alt="${label}">`
      : kind === 'video'
        ? `<video src="${src}" controls preload="metadata" aria-label="${label}"></video>`
        : kind === 'audio'
          ? `<audio src="${src}" controls preload="metadata" aria-label="${label}"></audio>`
          : `<p><a href="${src}">Read it as plain text</a></p>`
  return `${shown}<p><small>${sizeOf(size ?? 0)} · ${dayOf(updated_at)}</small></p>`
}

function dropHtml(pass: string | null, dropped: Dropped[] | null): string {
  const rows = (dropped ?? []).map(
    ({ name, problem }) =>
      `<li${problem ? ' class="problem"' : ''}><span dir="auto">${escapeHtml(name)}</span>: ${problem ? escapeHtml(problem) : 'arrived'}</li>`,
  )
  return `<p>Files that you send go into this folder. Nobody sees here what is in it.</p>
${dropped ? `<div role="status">${rows.length > 0 ? `<ul>${rows.join('')}</ul>` : '<p class="problem">Choose a file first.</p>'}</div>` : ''}
<form method="post" enctype="multipart/form-data" action="${address({}, pass)}">
<label for="files">Files, 1 GB at most</label>
<input id="files" name="files" type="file" multiple required>
<button type="submit">Send</button>
</form>`
}
