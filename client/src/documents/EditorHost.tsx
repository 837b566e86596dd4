import { useNavigate } from '@solidjs/router'
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import type { EditorHandle, EditorProps, Island, Person, SavedState } from '../islands/contract.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { collabToken, collabUrl } from './collab.ts'
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
  /** There is no connection, and this device has no copy either. */
  const [absent, setAbsent] = createSignal(false)
  let host!: HTMLDivElement
  let island: Island<EditorProps> | undefined
  let editor: EditorHandle | undefined
  /** Changes made here wait for a connection. */
  let isCutOff = false
  let closed = false
  const files = createFiles(props.documentId)
  const workspace = useWorkspace()
  const mentions = createMentions({
    documentId: props.documentId,
    workspace,
    documents: useDocuments(),
    navigate: useNavigate(),
  })

  const inWords = (error: unknown): never => {
    throw new Error(sentenceOf(error))
  }
  const editorProps = (): EditorProps => ({
    documentId: props.documentId,
    url: collabUrl,
    token: collabToken,
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
      setAbsent(state === 'offline')
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
    // Of a page that is still this person's, the device keeps it.
    if (isCutOff && editor && !(editor.copy.isKept() && workspace.document(props.documentId))) {
      props.onUnsent(editor.readText())
      editor.copy.forget()
    }
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
      <Show when={absent() && !ready() && !failed()}>
        <EmptyState icon="cloud" title={en.notHere} text={en.notHereText} />
      </Show>
      <Show when={!ready() && !failed() && !absent()}>
        <p class="visually-hidden" role="status">
          {en.loading}
        </p>
        <Skeleton lines={5} />
      </Show>
      <div ref={host} class="document-body" hidden={!ready()} />
    </>
  )
}
