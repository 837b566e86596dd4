import { useNavigate } from '@solidjs/router'
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import type { EditorHandle, EditorProps, Island, Person, SavedState } from '../islands/contract.ts'
import { accessToken } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { useDocuments } from './documents.ts'
import { editorText } from './editorText.ts'
import { createFiles } from './files.ts'
import { createMentions } from './mentions.ts'
import { pageEn as en } from './pageEn.ts'

interface EditorHostProps {
  documentId: string
  person: Person
  onState(state: SavedState, unsent: boolean): void
  onPresence(people: Person[]): void
  /** What was written and can no longer be sent: the right to is gone, or the page is left while there is no connection. */
  onUnsent(copy: string): void
  onNotice(code: string): void
  /** See EditorProps. */
  onBlockLink?(anchor: string): void
  onChanged?(what: string): void
  /** Hands out what may be asked of the editor once the text is on screen, and takes it back at the end. */
  onEditor(editor: EditorHandle | undefined): void
}

/** The place where the editor lives. Its code comes with the first page that is opened. */
export function EditorHost(props: EditorHostProps) {
  const [ready, setReady] = createSignal(false)
  const [failed, setFailed] = createSignal(false)
  let host!: HTMLDivElement
  let island: Island<EditorProps> | undefined
  let editor: EditorHandle | undefined
  /** Changes made here wait for a connection. */
  let isCutOff = false
  let closed = false
  const files = createFiles(props.documentId)
  const mentions = createMentions({
    documentId: props.documentId,
    workspace: useWorkspace(),
    documents: useDocuments(),
    navigate: useNavigate(),
  })

  const token = async () => {
    const found = await accessToken()
    // The connection asks again until the person has signed in anew.
    if (!found) throw new Error('Nobody is signed in')
    return found
  }
  const inWords = (error: unknown): never => {
    throw new Error(sentenceOf(error))
  }
  const editorProps = (): EditorProps => ({
    documentId: props.documentId,
    url: `${location.origin.replace(/^http/, 'ws')}/collab`,
    token,
    person: props.person,
    editable: true,
    direction: document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr',
    text: editorText,
    upload: (...upload) => files.upload(...upload).catch(inWords),
    resolveImage: files.resolve,
    fileAddress: files.address,
    mentions,
    // Closing the connection is news too, which nobody is there to hear.
    onState(state, unsent) {
      isCutOff = unsent && state === 'offline'
      if (!closed) props.onState(state, unsent)
    },
    onBlockLink: props.onBlockLink ?? null,
    onPresence: (people) => !closed && props.onPresence(people),
    onUnsent: (copy) => !closed && props.onUnsent(copy),
    onNotice: (notice) => !closed && props.onNotice(notice.code),
    onChanged: (what) => !closed && props.onChanged?.(what),
    onReady: (opened) => {
      if (closed) return
      editor = opened
      setReady(true)
      props.onEditor(opened)
    },
  })

  async function mount() {
    setFailed(false)
    try {
      const { mountEditor } = await import('../islands/editor/index.tsx')
      if (closed) return
      island = mountEditor(host, editorProps())
    } catch {
      setFailed(true)
    }
  }
  onMount(() => void mount())
  createEffect(
    on(
      () => props.person.name,
      () => island?.update({ person: props.person }),
      { defer: true },
    ),
  )
  onCleanup(() => {
    if (isCutOff && editor) props.onUnsent(editor.readText())
    closed = true
    props.onEditor(undefined)
    island?.unmount()
    files.dispose()
  })

  return (
    <>
      <Show when={failed()}>
        <EmptyState icon="alert" title={en.editorFailed}>
          <Button look="primary" onClick={() => void mount()}>
            {common.retry}
          </Button>
        </EmptyState>
      </Show>
      <Show when={!ready() && !failed()}>
        <p class="visually-hidden" role="status">
          {en.loading}
        </p>
        <Skeleton lines={5} />
      </Show>
      <div ref={host} class="document-body" hidden={!ready()} />
    </>
  )
}
