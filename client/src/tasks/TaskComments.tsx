import { createEffect, createSignal, For, on, Show } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'
import { sentenceOf } from '../errors.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import type { Written } from '../islands/contract.ts'
import { MessageContent } from '../rooms/MessageContent.tsx'
import { fullTime } from '../rooms/time.ts'
import { useSession } from '../session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu, type MenuItem } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { CommentField, nothing } from './CommentField.tsx'
import { en } from './en.ts'
import { type CommentRow, deleteComment, editComment, readComments, sayOfTask } from './tasks.ts'

const t = textsOf(en)
/** What was begun and not said, by task, while this tab is open. */
const begun = new Map<string, Written>()

interface CommentsProps {
  task: string
  /** Changes when somebody has said something. */
  version: number
  mayComment: boolean
  /** Whether he may delete what others said. */
  mayDelete: boolean
}

/** What people say about a task, the latest last. */
export default function TaskComments(props: CommentsProps) {
  const session = useSession()
  const me = () => session.user()?.id ?? ''
  const [list, setList] = createStore<{ rows: CommentRow[] }>({ rows: [] })
  let asked = 0
  const read = async (task: string) => {
    const turn = ++asked
    const found = await readComments(task)
    if (turn === asked) setList('rows', reconcile(found, { key: 'id' }))
  }
  createEffect(on([() => props.task, () => props.version], ([task]) => void read(task).catch(() => {}))) // What was read stays.

  const take = (row: CommentRow) => {
    asked++
    const at = list.rows.findIndex((known) => known.id === row.id)
    setList('rows', at < 0 ? list.rows.length : at, row)
  }
  async function attempt(action: string, work: () => Promise<CommentRow>): Promise<boolean> {
    try {
      take(await work())
      return true
    } catch (error) {
      toast(t('notDone', { action, reason: sentenceOf(error) }))
      return false
    }
  }

  return (
    <>
      <Show when={list.rows.length > 0} fallback={<Show when={!props.mayComment}>{en.noComments}</Show>}>
        <ol class="task-comments">
          <For each={list.rows}>
            {(row) => (
              <Comment
                row={row}
                mayEdit={props.mayComment && row.author_id === me()}
                mayDelete={props.mayDelete || (props.mayComment && row.author_id === me())}
                onEdit={(said) => attempt(en.editing, () => editComment(row.id, said))}
                onDelete={() => attempt(en.removing, () => deleteComment(row.id))}
              />
            )}
          </For>
        </ol>
      </Show>
      <Show when={props.mayComment}>
        <CommentField
          label={en.comment}
          send={en.say}
          initial={begun.get(props.task) ?? nothing}
          onChange={(written) => begun.set(props.task, written)}
          onSend={(said) => {
            const id = crypto.randomUUID()
            return attempt(en.saying, () => sayOfTask(id, props.task, said))
          }}
        />
      </Show>
    </>
  )
}

interface CommentProps {
  row: CommentRow
  mayEdit: boolean
  mayDelete: boolean
  onEdit(said: Written): Promise<boolean>
  onDelete(): Promise<boolean>
}

function Comment(props: CommentProps) {
  const workspace = useWorkspace()
  const [mode, setMode] = createSignal<'read' | 'edit' | 'remove'>('read')
  const name = () => (props.row.author_id && workspace.nameOf(props.row.author_id)) || en.somebody
  const menu = (): MenuItem[] =>
    props.row.deleted_at || mode() !== 'read'
      ? []
      : [
          ...(props.mayEdit ? [{ label: en.edit, icon: 'pencil' as const, onSelect: () => setMode('edit') }] : []),
          ...(props.mayDelete ? [{ label: en.remove, icon: 'trash' as const, danger: true, onSelect: () => setMode('remove') }] : []),
        ]
  return (
    <li class="task-comment">
      <Avatar id={props.row.author_id ?? ''} name={name()} />
      <div class="task-comment-head">
        <bdi class="ellipsis">{name()}</bdi>
        <time class="muted" datetime={props.row.created_at} title={fullTime(props.row.created_at)}>
          {relativeTime(props.row.created_at)}
        </time>
        <Show when={props.row.edited_at && !props.row.deleted_at}>
          <small class="muted">({en.edited})</small>
        </Show>
        <Show when={menu().length > 0}>
          <Menu
            label={t('commentActions', { name: name() })}
            iconOnly
            triggerClass="button quiet icon-only"
            trigger={<Icon name="more" />}
            items={menu()}
          />
        </Show>
      </div>
      <div class="task-comment-said">
        <Show when={!props.row.deleted_at} fallback={<p class="muted">{en.removed}</p>}>
          <Show when={mode() === 'edit'} fallback={<MessageContent content={props.row.content} text={props.row.text ?? ''} />}>
            <CommentField
              label={en.editing}
              send={en.save}
              initial={{ content: props.row.content, text: props.row.text ?? '' }}
              autofocus
              onSend={async (said) => {
                const isSaved = await props.onEdit(said)
                if (isSaved) setMode('read')
                return isSaved
              }}
              onCancel={() => setMode('read')}
            />
          </Show>
          <Show when={mode() === 'remove'}>
            <p>{en.removeAsk}</p>
            <div class="task-comment-actions">
              <Button onClick={() => setMode('read')}>{en.cancel}</Button>
              <Button look="danger" onClick={() => void props.onDelete().then(() => setMode('read'))}>
                {en.remove}
              </Button>
            </div>
          </Show>
        </Show>
      </div>
    </li>
  )
}
