import { useNavigate } from '@solidjs/router'
import {
  createEffect,
  createRoot,
  createSignal,
  createUniqueId,
  getOwner,
  type JSX,
  lazy,
  on,
  onCleanup,
  onMount,
  runWithOwner,
  Show,
  Suspense,
  untrack,
} from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { Mentions, Written } from '../islands/contract.ts'
import { IconButton } from '../ui/Button.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import type { Attachments } from './attachments.ts'
import { longestText, saidOf } from './content.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { en } from './en.ts'
import type { Outgoing } from './outgoing.ts'
import { useRooms } from './rooms.ts'
import { WritingField, type WritingHandle } from './WritingField.tsx'
import './composer.css'

const t = textsOf(en)
const AttachmentTray = lazy(() => import('./AttachmentTray.tsx').then((module) => ({ default: module.AttachmentTray })))
const LaterDialog = lazy(() => import('./LaterDialog.tsx'))
const VoiceRecorder = lazy(() => import('./VoiceRecorder.tsx').then((module) => ({ default: module.VoiceRecorder })))
const ComposerTools = lazy(() => import('./ComposerTools.tsx').then((module) => ({ default: module.ComposerTools })))

interface ComposerProps {
  roomId: string
  /** Set in a thread: what is written there has its own draft. */
  threadId?: string | null
  label: string
  placeholder: string
  /** Stands above the words: what is answered, say. */
  children?: JSX.Element
  onSend(message: Outgoing): void
  onTyping(): void
  onEditLast(): boolean
  onEscape?(): boolean
}

const formattingMemory = 'atrium.formatting'
/** Who has paused for so long is not typing. */
const typingMs = 3000

/** Where a message is written. Enter sends, and belongs to the input method while that composes. */
export function Composer(props: ComposerProps) {
  const place = () => ({ roomId: props.roomId, threadId: props.threadId ?? null })
  const owner = getOwner()
  const [written, setWritten] = createSignal<Written>(untrack(() => draftOf(place())))
  const [attachments, setAttachments] = createSignal<Attachments>()
  const [recording, setRecording] = createSignal(false)
  const [dropping, setDropping] = createSignal(false)
  /** Asks when: to send what is written, or to remind of these words. */
  const [later, setLater] = createSignal<{ reminder: string }>()
  const [commands, setCommands] = createSignal<ReturnType<typeof import('./commands.ts').createCommands>>()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const navigate = useNavigate()
  let sync: typeof import('./draftSync.ts') | undefined
  let typedAt = 0
  /** Sent as soon as its files are stored. */
  const [sendWhenStored, setSendWhenStored] = createSignal(false)
  const [formatting, setFormatting] = createSignal(remembered(formattingMemory) === '1')
  const [problem, setProblem] = createSignal('')
  const id = createUniqueId()
  const mentions = lazyMentions(() => props.roomId)
  let field: WritingHandle | undefined
  const isTooLong = () => written().text.trim().length > longestText
  const storedFiles = () => attachments()?.list.flatMap((one) => (one.stored ? [one.stored] : [])) ?? draftOf(place()).files
  const hasFiles = () => (attachments()?.list.length ?? 0) > 0
  const isSendable = () => (written().text.trim() !== '' || hasFiles()) && !isTooLong()

  let closeAttachments = () => {}
  /** The files of this message, with the part of the program that stores them. */
  async function withAttachments(): Promise<Attachments> {
    const { createAttachments } = await import('./attachments.ts')
    const known = attachments()
    if (known) return known
    const here = place()
    return runWithOwner(owner, () =>
      createRoot((dispose) => {
        const made = createAttachments(here.roomId, draftOf(here).files, (stored) => keepDraft(here, untrack(written), stored))
        closeAttachments = dispose
        setAttachments(made)
        return made
      }),
    ) as Attachments
  }
  const addFiles = (files: File[]) => {
    if (files.length > 0) void withAttachments().then((made) => made.add(files))
  }
  const openDraft = () => {
    closeAttachments()
    setAttachments(undefined)
    if (draftOf(place()).files.length > 0) void withAttachments()
  }
  onMount(openDraft)
  onCleanup(() => {
    closeAttachments()
    sync?.flushDrafts()
  })

  /** What another device wrote later takes the place of what stands here, but not of what is being typed. */
  async function pull() {
    sync ??= await import('./draftSync.ts')
    const here = place()
    const later = await sync.pullDraft(here)
    if (!later || Date.now() - typedAt < typingMs || here.roomId !== props.roomId) return
    setWritten(later)
    field?.set(later)
  }
  const onDrafts = (event: Event) => {
    const told = (event as CustomEvent<{ room_id?: string; thread_id?: string | null }>).detail
    if (told.room_id === props.roomId && (told.thread_id ?? null) === place().threadId) pull().catch(() => {})
  }
  addEventListener('atrium:drafts', onDrafts)
  onCleanup(() => removeEventListener('atrium:drafts', onDrafts))
  const sendLater = () => setLater({ reminder: '' })
  async function loadCommands() {
    const { createCommands } = await import('./commands.ts')
    setCommands(
      createCommands({
        roomId: props.roomId,
        workspace,
        navigate,
        leave: rooms.leave,
        toggleCodeBlock: () => field?.toggleCodeBlock(),
        schedule: () => isSendable() && sendLater(),
        remind: (reminder) => setLater({ reminder }),
        send: (said) => props.onSend({ ...said, files: [] }),
      }),
    )
  }
  createEffect(
    on(
      () => `${props.roomId} ${props.threadId ?? ''}`,
      () => {
        pull().catch(() => {})
        loadCommands().catch(() => {})
      },
    ),
  )
  createEffect(() => {
    if (sendWhenStored() && attachments()?.isBusy() === false) {
      setSendWhenStored(false)
      untrack(send)
    }
  })

  createEffect(
    on(
      () => `${props.roomId} ${props.threadId ?? ''}`,
      () => {
        setWritten(draftOf(place()))
        setSendWhenStored(false)
        field?.set(written())
        openDraft()
      },
      { defer: true },
    ),
  )

  const change = (next: Written) => {
    setWritten(next)
    setProblem('')
    typedAt = Date.now()
    keepDraft(place(), next, storedFiles())
    sync?.pushDraft(place())
    if (next.text.trim()) props.onTyping()
  }
  const empty = () => {
    const nothing: Written = { content: null, text: '' }
    setWritten(nothing)
    field?.set(nothing)
    keepDraft(place(), nothing, [])
    sync?.pushDraft(place())
  }
  function send() {
    if (!isSendable()) return
    if (!hasFiles() && commands()?.run(written())) return empty()
    if (attachments()?.hasFailed()) return void setProblem(en.fileFailed)
    if (attachments()?.isBusy()) return void setSendWhenStored(true)
    const said = saidOf(written())
    const files = attachments()?.take() ?? []
    empty()
    props.onSend({ ...said, files })
  }
  return (
    <form
      class="composer"
      classList={{ dropping: dropping() }}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        setDropping(false)
        // The words themselves have taken what fell on them.
        if (event.defaultPrevented || !event.dataTransfer?.files.length) return
        event.preventDefault()
        addFiles([...event.dataTransfer.files])
      }}
      onSubmit={(event) => {
        event.preventDefault()
        send()
        field?.focus()
      }}
    >
      {props.children}
      <WritingField
        label={props.label}
        placeholder={props.placeholder}
        describedBy={`${id}-hint`}
        initial={untrack(written)}
        mentions={mentions}
        commands={commands()?.offered ?? []}
        formatting={formatting()}
        invalid={isTooLong()}
        onHandle={(handle) => {
          field = handle
        }}
        onChange={change}
        onSubmit={send}
        onUp={() => props.onEditLast()}
        onEscape={() => props.onEscape?.() ?? false}
        onFiles={addFiles}
        onTooLarge={() => setProblem(en.tooMuchPasted)}
      />
      <Show when={isTooLong() || problem()}>
        <p class="composer-problem" role="alert">
          {isTooLong()
            ? t('tooLong', { limit: longestText.toLocaleString(), over: (written().text.trim().length - longestText).toLocaleString() })
            : problem()}
        </p>
      </Show>
      <Show when={attachments()}>
        {(made) => (
          <Suspense>
            <AttachmentTray attachments={made()} />
          </Suspense>
        )}
      </Show>
      <Show when={sendWhenStored()}>
        <p class="composer-status" role="status">
          {en.waitForFiles}
        </p>
      </Show>
      <div class="composer-row">
        <Show when={recording()}>
          <Suspense>
            <VoiceRecorder
              onCancel={(reason) => {
                setRecording(false)
                setProblem(reason)
              }}
              onDone={(file, durationMs) => {
                setRecording(false)
                void withAttachments().then((made) => made.addVoice(file, durationMs))
                field?.focus()
              }}
            />
          </Suspense>
        </Show>
        <Show when={!recording()}>
          <Suspense>
            <ComposerTools
              formatting={formatting()}
              onFormatting={(shown) => {
                setFormatting(shown)
                remember(formattingMemory, shown ? '1' : '')
                field?.focus()
              }}
              onInsert={(typed) => field?.insert(typed)}
              onFiles={addFiles}
              onRecord={() => setRecording(true)}
              onLater={isSendable() && !attachments()?.isBusy() ? sendLater : undefined}
            />
          </Suspense>
          <span class="grow" />
          <IconButton icon="send" label={en.send} type="submit" class="composer-send" aria-disabled={!isSendable()} />
        </Show>
      </div>
      <Show when={later()}>
        {(asked) => (
          <Suspense>
            <LaterDialog
              reminder={asked().reminder}
              place={place()}
              message={{ ...saidOf(written()), files: [...storedFiles()] }}
              onDone={() => {
                attachments()?.take()
                empty()
              }}
              onClose={() => setLater()}
            />
          </Suspense>
        )}
      </Show>
      <p id={`${id}-hint`} class="visually-hidden">
        {en.composerHint}
      </p>
    </form>
  )
}

/** Whom one may mention is asked for with the first `@`. */
export function lazyMentions(roomId: () => string): Mentions {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const navigate = useNavigate()
  let made: Promise<Mentions> | undefined
  let of = ''
  const load = () => {
    if (!made || of !== roomId()) {
      of = roomId()
      made = import('./messageMentions.ts').then(({ createMessageMentions }) =>
        createMessageMentions({ workspace, roomId: of, people: rooms.people, navigate }),
      )
    }
    return made
  }
  let left = false
  onCleanup(() => {
    left = true
  })
  return {
    search: async (typed) => (await load()).search(typed),
    watch(kind, id, tell) {
      let stop = () => {}
      let stopped = false
      load().then(
        (mentions) => {
          if (!stopped && !left) stop = mentions.watch(kind, id, tell)
        },
        () => {},
      )
      return () => {
        stopped = true
        stop()
      }
    },
    open: navigate,
  }
}
