import { createSignal, onCleanup } from 'solid-js'
import { createStore, unwrap } from 'solid-js/store'
import { Upload } from 'tus-js-client'
import { problemOf, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { accessToken, rpc } from '../supabase.ts'
import { composerEn as en } from './composerEn.ts'
import type { MessageFile } from './outgoing.ts'
import { sniff } from './sniff.ts'

const t = textsOf(en)
const megabyte = 1024 * 1024
const mostMegabytes = 100
const mostFiles = 20
const bucket = 'message-files'
/** What the storage service takes in one piece. */
const chunkBytes = 6 * megabyte
const retryDelaysMs = [0, 1000, 3000, 5000, 10_000]
const atOnce = 3

export interface Attachment {
  id: string
  name: string
  size: number
  kind: MessageFile['kind']
  state: 'waiting' | 'running' | 'paused' | 'failed' | 'stored'
  /** 0…1 */
  part: number
  problem: string | null
  /** Shows or plays it before it is sent. */
  preview: string | null
  durationMs: number | null
  /** What a picture shows, for those who cannot see it. */
  alt: string
  /** That is on its way to the server. */
  describing: boolean
  stored: MessageFile | null
}

interface Running {
  file: File
  mime: string
  width: number | null
  height: number | null
  durationMs: number | null
  /** What was said of it when it was announced. */
  alt?: string
  upload?: Upload
}

/** The files of a message that is being written: each is announced, stored piece by piece, and goes with the message. */
export function createAttachments(roomId: string, kept: readonly MessageFile[], onChange: (stored: MessageFile[]) => void) {
  const [list, setList] = createStore<Attachment[]>(kept.map(asAttachment))
  const [problem, setProblem] = createSignal('')
  const running = new Map<string, Running>()

  const patch = (id: string, change: Partial<Attachment>) => setList((one) => one.id === id, change)
  const find = (id: string) => list.find((one) => one.id === id)
  // Whoever gets them keeps them as they are: a store's own objects cannot be stored or sent.
  const storedOnes = () => list.flatMap((one) => (one.stored ? [{ ...unwrap(one.stored) }] : []))

  function next() {
    for (const one of list) {
      if (list.filter((other) => other.state === 'running').length >= atOnce) return
      if (one.state === 'waiting') void start(one.id)
    }
  }

  async function start(id: string): Promise<void> {
    const work = running.get(id)
    const one = find(id)
    if (!work || !one) return
    patch(id, { state: 'running', problem: null })
    work.alt ??= one.alt
    try {
      const { path } = await rpc<{ path: string }>('add_message_file', {
        id,
        room_id: roomId,
        name: one.name,
        kind: one.kind,
        width: work.width,
        height: work.height,
        duration_ms: work.durationMs,
        alt: work.alt,
      })
      // Somebody may have discarded or paused it meanwhile.
      if (find(id)?.state !== 'running') return
      work.upload ??= upload(id, work, path)
      work.upload.start()
    } catch (error) {
      fail(id, error)
    }
  }

  function upload(id: string, work: Running, path: string): Upload {
    return new Upload(work.file, {
      endpoint: `${location.origin}/storage/v1/upload/resumable`,
      chunkSize: chunkBytes,
      retryDelays: retryDelaysMs,
      removeFingerprintOnSuccess: true,
      metadata: { bucketName: bucket, objectName: path, contentType: work.mime, cacheControl: '31536000' },
      async onBeforeRequest(request) {
        request.setHeader('authorization', `Bearer ${(await accessToken()) ?? ''}`)
      },
      onProgress: (sent, total) => patch(id, { part: total > 0 ? sent / total : 0 }),
      onError: (error) => {
        const response = 'originalResponse' in error ? error.originalResponse : null
        fail(id, problemOf({ message: error.message }, response?.getStatus() ?? 0))
      },
      onSuccess: () => finish(id, work, path),
    })
  }

  function finish(id: string, { mime, width, height, durationMs, file, alt }: Running, path: string) {
    const one = find(id)
    if (!one) return
    const stored: MessageFile = {
      id,
      path,
      name: one.name,
      size: file.size,
      mime,
      kind: one.kind,
      width,
      height,
      duration_ms: durationMs,
      alt: alt || null,
    }
    const isToBeSaid = one.alt !== (alt ?? '')
    // Said in one change: between the two a message that waits would go without the words.
    patch(id, { state: 'stored', part: 1, stored, describing: isToBeSaid })
    running.delete(id)
    onChange(storedOnes())
    if (isToBeSaid) void describe(id, one.alt)
    next()
  }

  /** Until it is stored it waits to be said; the message waits for it then. */
  async function describe(id: string, alt: string): Promise<void> {
    patch(id, { alt })
    const stored = find(id)?.stored
    if (!stored) return
    patch(id, { describing: true })
    try {
      await rpc('describe_message_file', { id, alt })
      patch(id, { stored: { ...unwrap(stored), alt: alt || null } })
      onChange(storedOnes())
    } catch (error) {
      patch(id, { alt: stored.alt ?? '' })
      setProblem(sentenceOf(error))
    } finally {
      patch(id, { describing: false })
    }
  }

  function fail(id: string, error: unknown) {
    patch(id, { state: 'failed', problem: sentenceOf(error) })
    next()
  }

  async function add(file: File, voice?: { durationMs: number }): Promise<void> {
    const name = file.name || t('pasted', { kind: file.type.split('/')[0] || 'file' })
    if (file.size === 0) return void setProblem(t('fileEmpty', { name }))
    if (file.size > mostMegabytes * megabyte) return void setProblem(t('fileTooLarge', { name, limit: mostMegabytes }))
    if (list.length >= mostFiles) return void setProblem(t('tooManyFiles', { limit: mostFiles }))
    const mime = await sniff(file)
    const kind = voice ? 'voice' : kindOf(mime)
    const preview = kind === 'file' ? null : URL.createObjectURL(file)
    const measured = preview ? await measure(file, kind, preview) : nothing
    const id = crypto.randomUUID()
    const durationMs = voice ? Math.round(voice.durationMs) : measured.durationMs
    running.set(id, { file, mime, ...measured, durationMs })
    const nothingYet = { state: 'waiting', part: 0, problem: null, alt: '', describing: false, stored: null } as const
    setList(list.length, { id, name, size: file.size, kind, preview, durationMs, ...nothingYet })
    next()
  }

  function forget(id: string) {
    const preview = find(id)?.preview
    if (preview) URL.revokeObjectURL(preview)
    running.delete(id)
    setList((all) => all.filter((one) => one.id !== id))
  }

  onCleanup(() => {
    for (const work of running.values()) void work.upload?.abort()
    for (const one of list) if (one.preview) URL.revokeObjectURL(one.preview)
  })

  return {
    list,
    problem,
    async add(files: readonly File[]) {
      setProblem('')
      for (const file of files) await add(file)
    },
    describe: (id: string, alt: string) => describe(id, alt.trim()),
    addVoice: (file: File, durationMs: number) => add(file, { durationMs }),
    isBusy: () => list.some((one) => one.describing || (one.state !== 'stored' && one.state !== 'failed')),
    hasFailed: () => list.some((one) => one.state === 'failed'),

    pause(id: string) {
      patch(id, { state: 'paused' })
      void running.get(id)?.upload?.abort()
      next()
    },
    /** Goes on where it stopped. */
    resume(id: string) {
      patch(id, { state: 'waiting' })
      next()
    },
    remove(id: string) {
      const wasKnown = find(id)?.state !== 'waiting'
      void running.get(id)?.upload?.abort()
      forget(id)
      onChange(storedOnes())
      // What is not discarded on the server goes there after a week.
      if (wasKnown) rpc('remove_message_file', { id }).catch(() => {})
      next()
    },
    /** Hands over the stored files: from then on they belong to a message. */
    take(): MessageFile[] {
      const stored = storedOnes()
      for (const one of stored) forget(one.id)
      return stored
    },
  }
}

export type Attachments = ReturnType<typeof createAttachments>

const nothing = { width: null, height: null, durationMs: null }

const asAttachment = (stored: MessageFile): Attachment => ({
  id: stored.id,
  name: stored.name,
  size: stored.size,
  kind: stored.kind,
  state: 'stored',
  part: 1,
  problem: null,
  preview: null,
  durationMs: stored.duration_ms,
  alt: stored.alt ?? '',
  describing: false,
  stored,
})

function kindOf(mime: string): MessageFile['kind'] {
  const [kind] = mime.split('/')
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'file'
}

/** Width, height and length, so that the list of messages does not jump. What cannot be read has none. */
async function measure(file: File, kind: MessageFile['kind'], preview: string) {
  try {
    if (kind === 'image') {
      const bitmap = await createImageBitmap(file)
      const { width, height } = bitmap
      bitmap.close()
      return { ...nothing, width, height }
    }
    const media = document.createElement(kind === 'video' ? 'video' : 'audio')
    await new Promise((resolve, reject) => {
      media.onloadedmetadata = resolve
      media.onerror = reject
      media.preload = 'metadata'
      media.src = preview
      setTimeout(reject, 5000)
    })
    const durationMs = Number.isFinite(media.duration) ? Math.round(media.duration * 1000) : null
    const isSeen = media instanceof HTMLVideoElement && media.videoWidth > 0
    return isSeen ? { width: media.videoWidth, height: media.videoHeight, durationMs } : { ...nothing, durationMs }
  } catch {
    return nothing
  }
}
