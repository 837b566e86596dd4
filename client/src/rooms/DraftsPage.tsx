import { A, useNavigate } from '@solidjs/router'
import { createResource, createSignal, For, lazy, Match, onCleanup, Show, Suspense, Switch } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { ContentNode } from '../islands/contract.ts'
import { missedEvent } from '../live.ts'
import { paths } from '../paths.ts'
import { Page } from '../shell/Page.tsx'
import { rest, rows, rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { keepDraft } from './drafts.ts'
import { laterEn as en } from './laterEn.ts'
import { clockTime, dayName } from './time.ts'
import './draftsPage.css'

const t = textsOf(en)
const ScheduleDialog = lazy(() => import('./ScheduleDialog.tsx'))
type Scheduled = Row<'scheduled_messages'>
type DraftRow = Row<'drafts'>

/** `/drafts`: what is written and not sent, and what is sent later. */
export default function DraftsPage() {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const [moving, setMoving] = createSignal<Scheduled>()
  const [found, { refetch }] = createResource(async () => {
    const [scheduled, drafts] = await Promise.all([
      rows<Scheduled[]>(rest.from('scheduled_messages').select('*').order('send_at')),
      rows<DraftRow[]>(rest.from('drafts').select('*').neq('text', '').order('updated_at', { ascending: false }).limit(200)),
    ])
    return { scheduled, drafts }
  })
  const read = () => void refetch()
  for (const event of ['atrium:drafts', 'atrium:scheduled', missedEvent]) {
    addEventListener(event, read)
    onCleanup(() => removeEventListener(event, read))
  }
  const shown = () => (found.error ? undefined : found.latest)

  const placeOf = (row: { room_id: string; thread_id: string | null }) => {
    const room = workspace.room(row.room_id)
    const name = room
      ? room.name ||
        workspace
          .people()
          .filter((person) => room.people?.includes(person.user_id))
          .map((person) => person.name)
          .join(', ')
      : en.unknownRoom
    return row.thread_id ? t('inThread', { room: name }) : name
  }
  const addressOf = (row: { room_id: string; thread_id: string | null }) =>
    row.thread_id ? `${paths.room(row.room_id)}?thread=${row.thread_id}` : paths.room(row.room_id)
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toast(t('notDone', { reason: sentenceOf(error) }))
      return false
    } finally {
      read()
    }
  }
  const again = (row: Scheduled, at: Date) =>
    run(() =>
      rpc('schedule_message', {
        id: row.id,
        room_id: row.room_id,
        thread_id: row.thread_id,
        text: row.text,
        content: row.content,
        files: row.files,
        send_at: at.toISOString(),
      }),
    )
  /** It becomes a draft of its room, where it can be changed and scheduled anew. */
  const edit = async (row: Scheduled) => {
    if (!(await run(() => rpc('cancel_scheduled_message', { id: row.id })))) return
    keepDraft({ roomId: row.room_id, threadId: row.thread_id }, { text: row.text, content: row.content as ContentNode | null }, [])
    navigate(addressOf(row))
  }

  return (
    <Page title={en.title}>
      <div class="drafts-page">
        <Switch fallback={<Skeleton lines={6} />}>
          <Match when={found.error}>
            <EmptyState icon="alert" title={sentenceOf(found.error)}>
              <Button look="primary" onClick={read}>
                {common.retry}
              </Button>
            </EmptyState>
          </Match>
          <Match when={shown()}>
            {(lists) => (
              <Show
                when={lists().scheduled.length + lists().drafts.length > 0}
                fallback={<EmptyState icon="pencil" title={en.none} text={en.noneText} />}
              >
                <Show when={lists().scheduled.length > 0}>
                  <h2>{en.scheduled}</h2>
                  <ul>
                    <For each={lists().scheduled}>
                      {(row) => (
                        <li class="draft" classList={{ refused: row.problem !== null }}>
                          <p class="draft-place">
                            <A href={addressOf(row)} dir="auto">
                              {placeOf(row)}
                            </A>
                            <Show
                              when={row.problem}
                              fallback={<time datetime={row.send_at}>{t('sentAt', { when: whenOf(row.send_at) })}</time>}
                            >
                              {(problem) => <span role="alert">{t('refused', { reason: problem() })}</span>}
                            </Show>
                          </p>
                          <p class="draft-text" dir="auto">
                            {row.text || t('files', { count: row.files.length })}
                          </p>
                          <div class="draft-actions">
                            <Button look="outline" onClick={() => void run(() => rpc('send_scheduled_now', { id: row.id }))}>
                              {en.sendNow}
                            </Button>
                            <Button look="quiet" onClick={() => setMoving(row)}>
                              {en.reschedule}
                            </Button>
                            <Show when={row.files.length === 0}>
                              <Button look="quiet" onClick={() => void edit(row)}>
                                {en.edit}
                              </Button>
                            </Show>
                            <Button look="quiet" onClick={() => void run(() => rpc('cancel_scheduled_message', { id: row.id }))}>
                              {en.cancel}
                            </Button>
                          </div>
                        </li>
                      )}
                    </For>
                  </ul>
                </Show>
                <Show when={lists().drafts.length > 0}>
                  <h2>{en.drafts}</h2>
                  <ul>
                    <For each={lists().drafts}>
                      {(row) => (
                        <li class="draft">
                          <p class="draft-place">
                            <A href={addressOf(row)} dir="auto">
                              {placeOf(row)}
                            </A>
                            <time datetime={row.updated_at}>{whenOf(row.updated_at)}</time>
                          </p>
                          <p class="draft-text" dir="auto">
                            {row.text}
                          </p>
                          <div class="draft-actions">
                            <A class="button outline" href={addressOf(row)}>
                              {en.open}
                            </A>
                            <Button
                              look="quiet"
                              onClick={() => {
                                keepDraft({ roomId: row.room_id, threadId: row.thread_id }, { text: '', content: null }, [])
                                void run(() => rpc('save_draft', { room_id: row.room_id, thread_id: row.thread_id, text: '' }))
                              }}
                            >
                              {en.discard}
                            </Button>
                          </div>
                        </li>
                      )}
                    </For>
                  </ul>
                </Show>
              </Show>
            )}
          </Match>
        </Switch>
        <Show when={moving()}>
          {(row) => (
            <Suspense>
              <ScheduleDialog
                title={en.reschedule}
                at={new Date(row().send_at)}
                onClose={() => setMoving(undefined)}
                onChoose={(at) => {
                  const moved = row()
                  setMoving(undefined)
                  void again(moved, at)
                }}
              />
            </Suspense>
          )}
        </Show>
      </div>
    </Page>
  )
}

const whenOf = (time: string) => `${dayName(time)}, ${clockTime(time)}`
