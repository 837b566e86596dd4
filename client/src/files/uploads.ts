import { createStore } from 'solid-js/store'
import { Upload } from 'tus-js-client'
import { problemOf, sentenceOf } from '../errors.ts'
import { sniff } from '../rooms/sniff.ts'
import { accessToken, rest, rows, rpc } from '../supabase.ts'
import { en } from './en.ts'
import { bucket } from './files.ts'
import { setTrayWanted } from './traySignal.ts'

const megabyte = 1024 * 1024
/** What the storage service takes in one piece. */
const chunkBytes = 6 * megabyte
const retryDelaysMs = [0, 1000, 3000, 5000, 10_000, 30_000]
const atOnce = 3
const askMs = 1000
/** The browser computes the sum of what fits into memory; the server computes it of everything. */
const mostHashed = 64 * megabyte

export interface Destination {
  spaceId: string
  folder: string | null
  /** The file that gets a new version. */
  file?: string
}

export interface Sending {
  id: string
  name: string
  size: number
  state: 'waiting' | 'running' | 'paused' | 'failed' | 'checking' | 'done'
  /** 0…1 */
  part: number
  problem: string
}

const [list, setList] = createStore<Sending[]>([])
const running = new Map<string, { file: File; to: Destination; upload?: Upload }>()
let asking: number | undefined

export { list }

const patch = (id: string, change: Partial<Sending>) => setList((one) => one.id === id, change)
const find = (id: string) => list.find((one) => one.id === id)

/** Puts files on their way, wherever the person goes meanwhile. */
export function send(files: readonly File[], to: Destination): void {
  setTrayWanted(true)
  for (const file of files) {
    const id = crypto.randomUUID()
    running.set(id, { file, to })
    setList(list.length, { id, name: file.name, size: file.size, state: 'waiting', part: 0, problem: '' })
  }
  next()
}

export function pause(id: string): void {
  patch(id, { state: 'paused' })
  void running.get(id)?.upload?.abort()
  next()
}

/** Goes on where it stopped. */
export function resume(id: string): void {
  patch(id, { state: 'waiting', problem: '' })
  next()
}

export function cancel(id: string): void {
  const wasKnown = find(id)?.state !== 'waiting'
  void running.get(id)?.upload?.abort()
  running.delete(id)
  setList((all) => all.filter((one) => one.id !== id))
  // What is not discarded on the server goes there after a week.
  if (wasKnown) rpc('cancel_upload', { upload_id: id }).catch(() => {})
  next()
}

export function clearDone(): void {
  setList((all) => all.filter((one) => one.state !== 'done'))
  if (list.length === 0) setTrayWanted(false)
}

/** Whether leaving the page would stop something. */
export const isSending = () => list.some((one) => ['waiting', 'running', 'paused'].includes(one.state))

function next() {
  for (const one of list) {
    if (list.filter((other) => other.state === 'running').length >= atOnce) return
    if (one.state === 'waiting') void start(one.id)
  }
}

async function start(id: string): Promise<void> {
  const work = running.get(id)
  if (!work) return
  patch(id, { state: 'running' })
  try {
    if (!work.upload) {
      const { file, to } = work
      const [mime, sha256] = await Promise.all([sniff(file), file.size <= mostHashed ? sha256Of(file) : null])
      const place = { space_id: to.spaceId, parent_id: to.folder, file_id: to.file ?? null }
      const { path } = await rpc<{ path: string }>('begin_upload', { id, ...place, name: file.name, size: file.size, sha256 })
      work.upload = createUpload(id, file, mime, path)
    }
    // Somebody may have cancelled or paused it meanwhile.
    if (find(id)?.state === 'running') work.upload.start()
  } catch (error) {
    fail(id, sentenceOf(error))
  }
}

async function sha256Of(file: File): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function createUpload(id: string, file: File, mime: string, path: string): Upload {
  return new Upload(file, {
    endpoint: `${location.origin}/storage/v1/upload/resumable`,
    chunkSize: chunkBytes,
    retryDelays: retryDelaysMs,
    storeFingerprintForResuming: false,
    metadata: { bucketName: bucket, objectName: path, contentType: mime, cacheControl: '31536000' },
    async onBeforeRequest(request) {
      request.setHeader('authorization', `Bearer ${(await accessToken()) ?? ''}`)
    },
    onProgress: (sent, total) => patch(id, { part: total > 0 ? sent / total : 1 }),
    onError: (error) => {
      const response = 'originalResponse' in error ? error.originalResponse : null
      fail(id, sentenceOf(problemOf({ message: error.message }, response?.getStatus() ?? 0)))
    },
    onSuccess: () => {
      patch(id, { state: 'checking', part: 1 })
      running.delete(id)
      asking ??= window.setInterval(() => void ask(), askMs)
      next()
    },
  })
}

function fail(id: string, problem: string) {
  patch(id, { state: 'failed', problem })
  next()
}

/** The server reads what it stored before it counts: until then it is asked. */
async function ask(): Promise<void> {
  const ids = list.filter((one) => one.state === 'checking').map(({ id }) => id)
  if (ids.length === 0) {
    clearInterval(asking)
    asking = undefined
    return
  }
  try {
    const found = await rows<{ id: string; state: string; problem: string | null }[]>(
      rest.from('file_uploads').select('id,state,problem').in('id', ids.slice(0, 100)),
    )
    const problems: Record<string, string> = en.problems
    for (const { id, state, problem } of found) {
      if (state === 'done') patch(id, { state: 'done' })
      else if (state === 'refused') fail(id, problems[problem ?? ''] ?? problem ?? '')
    }
  } catch {
    // Asked again in a moment.
  }
}
