import { A } from '@solidjs/router'
import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js'
import { bodyOf } from '../documents/comments/commentBody.ts'
import { en as common } from '../en.ts'
import { sentenceOf as problemSentence } from '../errors.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import type { Written } from '../islands/contract.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { Answer, type AnswerHandle } from './Answer.tsx'
import { en } from './en.ts'
import { inboxEvent } from './events.ts'
import type { Notice } from './inbox.ts'
import { isOfMessage, placeOf } from './place.ts'
import { nameOf, sentenceOf } from './words.ts'

const t = textsOf(en)

interface Said {
  id: string
  author_id: string | null
  /** Of an app that posts. */
  name: string | null
  text: string | null
  created_at: string
}
interface Conversation {
  quote?: string
  said: Said[]
}

interface PreviewProps {
  notice: Notice
  /** Rises when the answer shall have the focus. */
  answering: number
  onAnswered(): void
  onDone(): void
}

/** What the chosen notification is about, and an answer to it without leaving the inbox. */
export function Preview(props: PreviewProps) {
  const workspace = useWorkspace()
  const [talk, setTalk] = createSignal<Conversation>()
  const [problem, setProblem] = createSignal<unknown>()
  let field: AnswerHandle | undefined
  /** What was begun for one conversation is not sent into another. */
  const begun = new Map<string, Written>()

  const key = () => `${props.notice.object_id} ${props.notice.thread_id} ${props.notice.source_id}`
  let turn = 0
  async function read() {
    const asked = ++turn
    try {
      const found = await conversationOf(props.notice)
      if (asked !== turn) return
      setTalk(found)
      setProblem(undefined)
    } catch (error) {
      if (asked === turn) setProblem(error)
    }
  }
  createEffect(
    on(key, () => {
      setTalk(undefined)
      void read()
    }),
  )
  onMount(() => {
    const again = () => void read()
    addEventListener(inboxEvent, again)
    onCleanup(() => removeEventListener(inboxEvent, again))
  })
  createEffect(
    on(
      () => props.answering,
      () => field?.focus(),
      { defer: true },
    ),
  )

  const canAnswer = () => answerOf(props.notice) !== undefined
  async function send(written: Written) {
    const answer = answerOf(props.notice)
    if (!answer) return false
    try {
      await answer(crypto.randomUUID(), written)
    } catch (error) {
      toast(problemSentence(error))
      return false
    }
    props.onAnswered()
    void read()
    return true
  }

  const nameFor = (said: Said) => said.name ?? (said.author_id ? workspace.nameOf(said.author_id) : undefined) ?? common.somebody

  return (
    <div class="preview">
      <header class="preview-head">
        <div class="grow">
          <h2 dir="auto">{nameOf(props.notice)}</h2>
          <p class="muted" dir="auto">
            {sentenceOf(props.notice)} · {relativeTime(props.notice.touched_at)}
          </p>
        </div>
        <A class="button outline" href={placeOf(props.notice)}>
          <Icon name="chevronRight" />
          <span class="button-label">{t('open')}</span>
        </A>
        <Show when={!props.notice.done_at}>
          <Button look="outline" icon="check" onClick={() => props.onDone()}>
            {t('done')}
          </Button>
        </Show>
      </header>
      <div class="preview-talk">
        <Show when={problem()}>
          <p class="form-error">{problemSentence(problem())}</p>
        </Show>
        <Show when={talk()?.quote}>
          {(quote) => (
            <blockquote class="preview-quote" dir="auto">
              {quote()}
            </blockquote>
          )}
        </Show>
        <Show when={talk() && !talk()?.quote && talk()?.said.length === 0}>
          <p class="inbox-choose">{t('openToSee')}</p>
        </Show>
        <ol>
          <For each={talk()?.said}>
            {(said) => (
              <li class="preview-said" classList={{ 'is-source': said.id === props.notice.source_id }}>
                <Avatar id={said.author_id ?? said.id} name={nameFor(said)} />
                <div class="grow">
                  <p class="preview-who">
                    <strong dir="auto">{nameFor(said)}</strong> <time datetime={said.created_at}>{relativeTime(said.created_at)}</time>
                  </p>
                  <p class="preview-text" dir="auto">
                    {said.text ?? <em>{t('deleted')}</em>}
                  </p>
                </div>
              </li>
            )}
          </For>
        </ol>
      </div>
      <Show when={canAnswer() && key()} keyed>
        {(about) => (
          <Answer
            roomId={props.notice.object_type === 'room' ? props.notice.object_id : undefined}
            initial={begun.get(about)}
            onHandle={(handle) => {
              field = handle
            }}
            onChange={(written) => begun.set(about, written)}
            onSend={send}
          />
        )}
      </Show>
    </div>
  )
}

/** Around a message: its thread, or what was said just before and after. */
async function conversationOf(notice: Notice): Promise<Conversation> {
  if (isOfMessage(notice)) return { said: await messagesAround(notice) }
  if (notice.object_type === 'document' && notice.thread_id) {
    const [[thread], comments] = await Promise.all([
      rows<{ quote: string }[]>(rest.from('comment_threads').select('quote').eq('id', notice.thread_id)),
      rows<Omit<Said, 'name'>[]>(
        rest.from('comments').select('id,author_id,text,created_at').eq('thread_id', notice.thread_id).order('created_at').limit(100),
      ),
    ])
    return { ...(thread && { quote: thread.quote }), said: comments.map((comment) => ({ ...comment, name: null })) }
  }
  return { ...(notice.excerpt && { quote: notice.excerpt }), said: [] }
}

async function messagesAround({ object_id, thread_id, place, source_id, is_direct }: Notice): Promise<Said[]> {
  const query = rest.from('messages').select('id,author_id,bot_name,text,created_at').eq('room_id', object_id)
  const around = `and(thread_id.is.null,seq.gte.${(place ?? 0) - 5},seq.lte.${(place ?? 0) + (is_direct ? 20 : 0)})`
  const found = await rows<(Omit<Said, 'name'> & { bot_name: string | null })[]>(
    thread_id
      ? query.or(`id.eq.${thread_id},thread_id.eq.${thread_id}`).order('seq').limit(100)
      : // What is answered in a thread is followed by that thread.
        query.or(`${around},thread_id.eq.${source_id}`).order('seq').limit(100),
  )
  return found.map(({ bot_name, ...said }) => ({ ...said, name: bot_name }))
}

/** How this is answered: in its thread; to a message outside threads by beginning one, in a conversation of two by the next message. */
function answerOf(notice: Notice): ((id: string, said: Written) => Promise<unknown>) | undefined {
  if (isOfMessage(notice)) {
    const thread = notice.thread_id ?? (notice.is_direct ? null : notice.source_id)
    return (id, { text, content }) =>
      rpc('send_message', { id, room_id: notice.object_id, text, content, ...(thread && { thread_id: thread }) })
  }
  const { thread_id } = notice
  if (notice.object_type === 'document' && thread_id) return (id, { text }) => rpc('reply', { id, thread_id, body: bodyOf(text, []) })
  return undefined
}
