import { createEffect, createMemo, createSignal, on, onCleanup, onMount } from 'solid-js'
import { missedEvent } from '../live.ts'
import { type FileRow, pageSize, readFile, readFolder, readFolders, readShared, readTrash } from './files.ts'

const gatherMs = 150

interface FolderView {
  spaceId(): string
  /** The folder or file that the address names; null for the top. */
  folder(): string | null
  isTrash(): boolean
  /** Of a space that is not his own the person sees what is shared with him. */
  isMember(): boolean
}

/** What a folder or the trash of a space holds, read again when the server tells of a change. */
export function createFolderView(view: FolderView) {
  const [found, setFound] = createSignal<FileRow[]>()
  const [folders, setFolders] = createSignal<FileRow[]>([])
  const [problem, setProblem] = createSignal<unknown>()
  const [count, setCount] = createSignal(pageSize)
  /** The file that the address names, when it is no folder. */
  const [single, setSingle] = createSignal<FileRow>()

  const inFolder = (id: string | null) => (id || view.isMember() ? readFolder(view.spaceId(), id, count()) : readShared(view.spaceId()))

  let last = 0
  const load = async () => {
    const mine = ++last
    try {
      const [all, rows] = await Promise.all([
        readFolders(view.spaceId()),
        view.isTrash() ? readTrash(view.spaceId(), count()) : inFolder(view.folder()),
      ])
      const one = view.folder()
      // The address of one file shows it among nothing else.
      const alone = one && rows.length === 0 && !all.some(({ id }) => id === one) ? await readFile(one) : undefined
      if (mine !== last) return
      setSingle(alone)
      setProblem(undefined)
      setFolders(all)
      setFound(alone ? [alone] : rows)
    } catch (error) {
      if (mine === last) setProblem(error)
    }
  }
  createEffect(
    on([view.spaceId, view.folder, view.isTrash], () => {
      setFound(undefined)
      setCount(pageSize)
      void load()
    }),
  )
  createEffect(on(count, () => void load(), { defer: true }))
  onMount(() => {
    let timer: number | undefined
    const soon = () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => void load(), gatherMs)
    }
    const onFiles = (event: Event) => (event as CustomEvent<{ space_id?: string }>).detail?.space_id === view.spaceId() && soon()
    addEventListener('atrium:files', onFiles)
    addEventListener(missedEvent, soon)
    onCleanup(() => {
      clearTimeout(timer)
      removeEventListener('atrium:files', onFiles)
      removeEventListener(missedEvent, soon)
    })
  })

  /** The folders above, the nearest last. */
  const trail = createMemo(() => {
    const way: FileRow[] = []
    const here = single() ? single()?.parent_id : view.folder()
    let at = folders().find(({ id }) => id === here)
    while (at && !way.includes(at)) {
      way.unshift(at)
      const above = at.parent_id
      at = folders().find(({ id }) => id === above)
    }
    return way
  })

  return { found, problem, count, setCount, load, single, trail }
}
