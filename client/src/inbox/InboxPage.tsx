import { useNavigate, useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js'
import { sentenceOf as problemSentence } from '../errors.ts'
import { plural, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { listenForKeys } from '../shell/keys.ts'
import { Page } from '../shell/Page.tsx'
import { useShell } from '../shell/shellState.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { inboxEvent } from './events.ts'
import { createInbox, groupsOf, type InboxState, isAbout, type Notice, snoozeTimes, type Topic } from './inbox.ts'
import { NoticeItem, shortTime } from './NoticeItem.tsx'
import { placeOf } from './place.ts'
import { nameOf } from './words.ts'
import './inbox.css'

const t = textsOf(en)
const Preview = lazy(() => import('./Preview.tsx').then((module) => ({ default: module.Preview })))
const AskForPush = lazy(() => import('./AskForPush.tsx').then((module) => ({ default: module.AskForPush })))

const states = ['open', 'unread', 'snoozed', 'done'] as const satisfies readonly InboxState[]
const topics = ['all', 'mentions', 'messages', 'threads', 'comments', 'pages', 'tasks', 'other'] as const satisfies readonly Topic[]
const isOneOf = <Value extends string>(known: readonly Value[], value: unknown): value is Value => known.includes(value as Value)
/** From this width on the preview stands beside the list, and reading there is reading. */
const wide = matchMedia('(width >= 80rem)')

export default function InboxPage() {
  const workspace = useWorkspace()
  const shell = useShell()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams<{ show?: string; about?: string }>()
  const state = createMemo((): InboxState => (isOneOf(states, search.show) ? search.show : 'open'))
  const topic = createMemo((): Topic => (isOneOf(topics, search.about) ? search.about : 'all'))
  const inbox = createInbox(() => (workspace.epoch() > 0 ? workspace.id() : undefined), state)
  const [chosenId, setChosenId] = createSignal<string>()
  const [isWide, setWide] = createSignal(wide.matches)
  const [answering, setAnswering] = createSignal(0)
  let list: HTMLDivElement | undefined

  const shown = createMemo(() => inbox.rows().filter((notice) => isAbout(notice, topic())))
  const groups = createMemo(() => groupsOf(shown()))
  /** In the order of the page, in which the groups gather what belongs together. */
  const ordered = createMemo(() => groups().flatMap((group) => group.notices))
  const chosen = () => ordered().find((notice) => notice.id === chosenId())

  createEffect(
    on([workspace.id, state], () => {
      inbox.clear()
      setChosenId(undefined)
      void inbox.reload()
    }),
  )
  onMount(() => {
    const reload = () => void inbox.reload()
    const measure = () => setWide(wide.matches)
    addEventListener(inboxEvent, reload)
    wide.addEventListener('change', measure)
    onCleanup(() => {
      removeEventListener(inboxEvent, reload)
      wide.removeEventListener('change', measure)
    })
  })

  const attempt = (run: () => Promise<unknown>) => {
    run().catch((error: unknown) => toast(problemSentence(error)))
  }
  const focus = (id: string | undefined) => {
    if (id) list?.querySelector<HTMLElement>(`[data-notice="${id}"] .notice-link`)?.focus()
  }

  /** The one after it is chosen, or else the one before. */
  function leaving(notice: Notice) {
    const all = ordered()
    const place = all.findIndex((other) => other.id === notice.id)
    const next = all[place + 1] ?? all[place - 1]
    if (chosenId() === notice.id || !chosenId()) setChosenId(next?.id)
    queueMicrotask(() => focus(next?.id))
  }
  const reopen = (ids: readonly string[]) =>
    attempt(async () => {
      await inbox.mark(ids, 'open')
      await inbox.reload()
    })
  function done(notices: readonly Notice[]) {
    const ids = notices.map((notice) => notice.id)
    if (notices[0] && state() !== 'done') leaving(notices.at(-1) as Notice)
    attempt(async () => {
      await inbox.mark(ids, 'done')
      toast(plural(ids.length, en.doneToast).replace('{{ count }}', String(ids.length)), {
        action: { label: en.reopen, run: () => reopen(ids) },
      })
    })
  }
  function snooze(notice: Notice, until: Date) {
    leaving(notice)
    attempt(async () => {
      await inbox.snooze([notice.id], until)
      toast(t('snoozedToast', { time: shortTime(until) }), {
        action: { label: en.reopen, run: () => reopen([notice.id]) },
      })
    })
  }
  const markRead = (notice: Notice) => {
    if (!notice.read_at) attempt(() => inbox.mark([notice.id], 'read'))
  }
  function choose(notice: Notice) {
    setChosenId(notice.id)
    if (isWide()) markRead(notice)
  }
  function move(step: 1 | -1) {
    const all = ordered()
    const place = all.findIndex((notice) => notice.id === chosenId())
    const next = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + step, 0), all.length - 1)]
    if (!next) return
    choose(next)
    focus(next.id)
  }
  const withChosen = (run: (notice: Notice) => void) => () => {
    const notice = chosen()
    if (notice) run(notice)
  }
  const follow = (notice: Notice) => {
    markRead(notice)
    navigate(placeOf(notice))
  }

  onMount(() =>
    onCleanup(
      listenForKeys(
        {
          j: () => move(1),
          k: () => move(-1),
          e: withChosen((notice) => (notice.done_at ? attempt(() => inbox.mark([notice.id], 'open')) : done([notice]))),
          u: withChosen((notice) => attempt(() => inbox.mark([notice.id], notice.read_at ? 'unread' : 'read'))),
          h: withChosen((notice) => {
            const [first] = snoozeTimes().filter(({ name }) => name === 'tomorrow')
            if (first) snooze(notice, first.at)
          }),
          r: withChosen((notice) => (isWide() ? setAnswering((times) => times + 1) : follow(notice))),
        },
        shell.singleKeys,
      ),
    ),
  )

  const isFiltered = () => state() !== 'open' || topic() !== 'all'
  const heading = () =>
    inbox.unread() > 0 ? plural(inbox.unread(), en.waits).replace('{{ count }}', String(inbox.unread())) : t('allRead')

  return (
    <Page
      title={t('title')}
      actions={
        <Menu
          label={t('more')}
          iconOnly
          triggerClass="button quiet icon-only"
          trigger={<Icon name="more" />}
          items={[
            { label: t('readAll'), icon: 'eye', onSelect: () => attempt(() => inbox.markAll('read')) },
            { label: t('doneAll'), icon: 'check', onSelect: () => attempt(() => inbox.markAll('done')) },
            { label: t('settings'), icon: 'gear', href: paths.notificationSettings() },
          ]}
        />
      }
      fill
    >
      <div class="inbox">
        <div class="inbox-list" ref={list}>
          <div class="inbox-filters">
            <fieldset class="segments" aria-label={t('filter')}>
              <For each={states}>
                {(name) => (
                  <button
                    type="button"
                    aria-pressed={state() === name}
                    onClick={() => setSearch({ show: name === 'open' ? undefined : name })}
                  >
                    {t(`states.${name}`)}
                  </button>
                )}
              </For>
            </fieldset>
            <label class="inbox-topic">
              <span class="visually-hidden">{t('topic')}</span>
              <select
                value={topic()}
                onChange={(event) => setSearch({ about: event.currentTarget.value === 'all' ? undefined : event.currentTarget.value })}
              >
                <For each={topics}>{(name) => <option value={name}>{t(`topics.${name}`)}</option>}</For>
              </select>
            </label>
          </div>
          <Show when={inbox.problem() && !inbox.loaded()}>
            <EmptyState icon="alert" title={problemSentence(inbox.problem())}>
              <Button look="outline" onClick={() => void inbox.reload()}>
                {t('reload')}
              </Button>
            </EmptyState>
          </Show>
          <Show
            when={inbox.loaded()}
            fallback={
              <Show when={!inbox.problem()}>
                <Skeleton lines={6} />
              </Show>
            }
          >
            <Show
              when={ordered().length > 0}
              fallback={
                <EmptyState
                  icon="bell"
                  title={isFiltered() ? t('noneMatch') : t('nothing')}
                  {...(isFiltered() ? {} : { text: t('nothingText') })}
                >
                  <Show when={isFiltered()}>
                    <Button look="outline" onClick={() => setSearch({ show: undefined, about: undefined })}>
                      {t('clearFilter')}
                    </Button>
                  </Show>
                </EmptyState>
              }
            >
              <Show when={state() === 'open' && topic() === 'all'}>
                <p class="lede">{heading()}</p>
              </Show>
              <Suspense>
                <AskForPush />
              </Suspense>
              <For each={groups()}>
                {(group) => {
                  const first = () => group.notices[0] as Notice
                  return (
                    <section class="notice-group" aria-label={nameOf(first())}>
                      <h2>
                        <Show
                          when={first().object_icon}
                          fallback={
                            <Icon
                              name={
                                first().object_type === 'room'
                                  ? first().is_direct
                                    ? 'chat'
                                    : 'hash'
                                  : first().object_type === 'document'
                                    ? 'document'
                                    : first().object_type === 'task'
                                      ? 'task'
                                      : 'space'
                              }
                            />
                          }
                        >
                          {(icon) => <span class="notice-emoji">{icon()}</span>}
                        </Show>
                        <span class="ellipsis grow" title={nameOf(first())}>
                          <bdi>{nameOf(first())}</bdi>
                        </span>
                        <Show when={group.notices.length > 1 && state() !== 'done'}>
                          <Button look="quiet" icon="check" onClick={() => done(group.notices)}>
                            {t('done')}
                          </Button>
                        </Show>
                      </h2>
                      <ul>
                        <For each={group.notices}>
                          {(notice) => (
                            <NoticeItem
                              notice={notice}
                              chosen={chosenId() === notice.id}
                              onFocus={() => setChosenId(notice.id)}
                              onChoose={(event) => {
                                if (!isWide() || event.ctrlKey || event.metaKey || event.detail === 0) return markRead(notice)
                                event.preventDefault()
                                choose(notice)
                              }}
                              onDone={() => done([notice])}
                              onReopen={() => attempt(() => inbox.mark([notice.id], 'open'))}
                              onRead={() => markRead(notice)}
                              onUnread={() => attempt(() => inbox.mark([notice.id], 'unread'))}
                              onSnooze={(until) => snooze(notice, until)}
                            />
                          )}
                        </For>
                      </ul>
                    </section>
                  )
                }}
              </For>
              <Show when={inbox.hasMore()}>
                <Button look="outline" onClick={() => attempt(inbox.loadMore)}>
                  {t('loadMore')}
                </Button>
              </Show>
              <p class="inbox-keys only-keys">{t('keys')}</p>
            </Show>
          </Show>
        </div>
        <Show when={isWide()}>
          <section class="inbox-preview" aria-label={t('preview')}>
            <Show
              when={chosen()}
              fallback={
                <Show when={ordered().length > 0}>
                  <p class="inbox-choose">{t('choose')}</p>
                </Show>
              }
            >
              {(notice) => (
                <Suspense>
                  <Preview
                    notice={notice()}
                    answering={answering()}
                    onAnswered={() => markRead(notice())}
                    onDone={() => done([notice()])}
                  />
                </Suspense>
              )}
            </Show>
          </section>
        </Show>
      </div>
    </Page>
  )
}
