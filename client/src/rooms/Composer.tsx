import { useNavigate } from '@solidjs/router'
import { createEffect, createSignal, createUniqueId, type JSX, lazy, on, onCleanup, Show, Suspense, untrack } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { Mentions, Written } from '../islands/contract.ts'
import { IconButton } from '../ui/Button.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { longestText, saidOf } from './content.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { en } from './en.ts'
import type { Outgoing } from './outgoing.ts'
import { useRooms } from './rooms.ts'
import { WritingField, type WritingHandle } from './WritingField.tsx'
import './composer.css'

const t = textsOf(en)
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

/** Where a message is written. Enter sends, and belongs to the input method while that composes. */
export function Composer(props: ComposerProps) {
  const place = () => ({ roomId: props.roomId, threadId: props.threadId ?? null })
  const [written, setWritten] = createSignal<Written>(untrack(() => draftOf(place())))
  const [formatting, setFormatting] = createSignal(remembered(formattingMemory) === '1')
  const [problem, setProblem] = createSignal('')
  const id = createUniqueId()
  const mentions = lazyMentions(() => props.roomId)
  let field: WritingHandle | undefined
  const isTooLong = () => written().text.trim().length > longestText
  const isSendable = () => written().text.trim() !== '' && !isTooLong()

  createEffect(
    on(
      () => `${props.roomId} ${props.threadId ?? ''}`,
      () => {
        setWritten(draftOf(place()))
        field?.set(written())
      },
      { defer: true },
    ),
  )

  const change = (next: Written) => {
    setWritten(next)
    setProblem('')
    keepDraft(place(), next)
    if (next.text.trim()) props.onTyping()
  }
  const empty = () => {
    const nothing: Written = { content: null, text: '' }
    setWritten(nothing)
    field?.set(nothing)
    keepDraft(place(), nothing)
  }
  const send = () => {
    if (!isSendable()) return
    const said = saidOf(written())
    empty()
    props.onSend({ ...said, files: [] })
  }
  return (
    <form
      class="composer"
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
        commands={[]}
        formatting={formatting()}
        invalid={isTooLong()}
        onHandle={(handle) => {
          field = handle
        }}
        onChange={change}
        onSubmit={send}
        onUp={() => props.onEditLast()}
        onEscape={() => props.onEscape?.() ?? false}
        onFiles={() => {}}
        onTooLarge={() => setProblem(en.tooMuchPasted)}
      />
      <Show when={isTooLong() || problem()}>
        <p class="composer-problem" role="alert">
          {isTooLong()
            ? t('tooLong', { limit: longestText.toLocaleString(), over: (written().text.trim().length - longestText).toLocaleString() })
            : problem()}
        </p>
      </Show>
      <div class="composer-row">
        <Suspense>
          <ComposerTools
            formatting={formatting()}
            onFormatting={(shown) => {
              setFormatting(shown)
              remember(formattingMemory, shown ? '1' : '')
              field?.focus()
            }}
            onInsert={(typed) => field?.insert(typed)}
          />
        </Suspense>
        <span class="grow" />
        <IconButton icon="send" label={en.send} type="submit" class="composer-send" aria-disabled={!isSendable()} />
      </div>
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
