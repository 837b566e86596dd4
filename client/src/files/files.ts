import type { Result, Row } from '../../../sql/types.gen.ts'
import { problemOf, sentenceOf } from '../errors.ts'
import { sizeOf, textsOf } from '../i18n.ts'
import { accessToken, rest, rows, rpc, storage } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'

const t = textsOf(en)

export type FileRow = Row<'files'>
export type FileVersionRow = Row<'file_versions'>

export const bucket = 'files'
export const pageSize = 500
/** More folders than anybody looks through; the rest is reached by opening them. */
const mostFolders = 5000
const addressSeconds = 3600

/** What is in a folder, folders first. */
export function readFolder(space: string, folder: string | null, count: number): Promise<FileRow[]> {
  const inSpace = rest.from('files').select('*').eq('space_id', space).is('trashed_at', null)
  const inFolder = folder ? inSpace.eq('parent_id', folder) : inSpace.is('parent_id', null)
  return rows<FileRow[]>(
    inFolder
      .order('is_folder', { ascending: false })
      .order('name_key')
      .range(0, count - 1),
  )
}

/** What went to the trash by itself or as the top of what went with it, the latest first. */
export async function readTrash(space: string, count: number): Promise<FileRow[]> {
  const found = await rows<FileRow[]>(
    rest
      .from('files')
      .select('*')
      .eq('space_id', space)
      .not('trashed_at', 'is', null)
      .order('trashed_at', { ascending: false })
      .range(0, count - 1),
  )
  const times = new Map(found.map((file) => [file.id, file.trashed_at]))
  return found.filter((file) => times.get(file.parent_id ?? '') !== file.trashed_at)
}

export const readFolders = (space: string): Promise<FileRow[]> =>
  rows<FileRow[]>(
    rest.from('files').select('*').eq('space_id', space).is('trashed_at', null).eq('is_folder', true).order('name_key').limit(mostFolders),
  )

/** What is shared with the person by itself, of a space to which he does not belong. */
export const readShared = async (space: string): Promise<FileRow[]> =>
  (await rpc<FileRow[]>('shared_files')).filter((file) => file.space_id === space)

export const readFile = async (id: string): Promise<FileRow | undefined> =>
  (await rows<FileRow[]>(rest.from('files').select('*').eq('id', id).is('trashed_at', null)))[0]

/** Whether the person may change what is in a folder that is shared with him. */
export async function mayChange(user: string, folder: string): Promise<boolean> {
  const [found] = await rpc<Result<'why_can'>>('why_can', { user_id: user, object_type: 'file', object_id: folder, action: 'write' })
  return found?.allowed ?? false
}

export const readVersions = (file: string): Promise<FileVersionRow[]> =>
  rows<FileVersionRow[]>(rest.from('file_versions').select('*').eq('file_id', file).order('number', { ascending: false }).limit(pageSize))

/** What the worker read in a file that no browser shows: its text, or the names and sizes of what is in an archive. */
export async function readText(file: FileRow): Promise<string | undefined> {
  const [found] = await rpc<Result<'file_text'>>('file_text', { file_id: file.id })
  return found?.text.replace(/^(\d+)\t(.+)$/gm, (_, size, name) => `${name}  ${sizeOf(Number(size))}`)
}

export const createFolder = (space: string, folder: string | null, name: string) =>
  rpc<FileRow>('create_folder', { id: crypto.randomUUID(), space_id: space, parent_id: folder, name })
export const renameFile = (id: string, name: string) => rpc('rename_file', { id, name })
/** Into a folder of a space, or to its top. */
export const moveFile = (id: string, folder: string | null, space: string) => rpc('move_file', { id, parent_id: folder, space_id: space })
export const copyFile = (id: string, folder: string | null, space: string) => rpc('copy_file', { id, parent_id: folder, space_id: space })
export const trashFile = (id: string) => rpc('trash_file', { id })
export const restoreFile = (id: string) => rpc('restore_file', { id })
export const deleteFile = (id: string) => rpc('delete_file', { id })
export const restoreVersion = (version: string) => rpc('restore_file_version', { version_id: version })

/** An address under which the bytes play, or are saved under a name. */
export async function addressOf(path: string, saveAs?: string): Promise<string> {
  const options = saveAs === undefined ? {} : { download: saveAs }
  const { data, error } = await (await storage()).from(bucket).createSignedUrl(path, addressSeconds, options)
  if (error) throw problemOf(error)
  return data.signedUrl
}

/** Addresses of the thumbnails of those files that have one, by the path of the file. Without them the placeholders stay. */
export async function thumbnailsOf(files: readonly FileRow[]): Promise<ReadonlyMap<string, string>> {
  const paths = files.flatMap((file) => (file.placeholder && file.path ? [file.path] : []))
  const found = new Map<string, string>()
  for (let at = 0; at < paths.length; at += pageSize) {
    const { data } = await (await storage()).from('file-thumbnails').createSignedUrls(paths.slice(at, at + pageSize), addressSeconds)
    for (const { path, signedUrl } of data ?? []) if (path && signedUrl) found.set(path, signedUrl)
  }
  return found
}

/** Saves a file under its name; the browser never opens it as a page of ours. */
export async function save(path: string, name: string): Promise<void> {
  const link = document.createElement('a')
  link.href = await addressOf(path, name)
  link.download = name
  link.click()
}

/** Saves all files of a folder as one archive. A form, because the browser writes what it brings to the disk as it comes. */
export async function saveFolder(id: string): Promise<void> {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = `/collab/folders/${id}/zip`
  const token = document.createElement('input')
  token.name = 'access_token'
  token.value = (await accessToken()) ?? ''
  form.hidden = true
  form.append(token)
  document.body.append(form)
  form.submit()
  form.remove()
}

/** Does something to each, one after another, and says once why one was not possible. Resolves to how many were done. */
export async function each<One>(action: string, all: readonly One[], run: (one: One) => Promise<unknown>): Promise<number> {
  let done = 0
  let refused: unknown
  for (const one of all) {
    try {
      await run(one)
      done++
    } catch (error) {
      refused = error
    }
  }
  if (refused !== undefined) toast(t('notDone', { action, reason: sentenceOf(refused) }))
  return done
}
