import { A, useNavigate, useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, createUniqueId, For, Match, on, onCleanup, Show, Switch } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { MarkedText } from './MarkedText.tsx'
import { readingEn } from './readingEn.ts'
import { roomName } from './roomName.ts'
import { parseSearch, searchArguments, suggestionsFor, withoutFilter } from './searchQuery.ts'
import { clockTime, dayName } from './time.ts'
import './readingPages.css'

const t = textsOf(readingEn)
const pageRows = 20
/** Typing that pauses for so long is searched for. */
const pauseMs = 200

interface Hit {
  message_id: string
  room_id: string
  thread_id: string | null
  author_id: string | null
  bot_name: string | null
  sent_at: string
  snippet: string
  marks: [number, number][]
}

/** `/search?q=…`: messages by words and filters. */
export default function SearchPage() {
  const session = useSession()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams<{ q?: string }>()
  const me = session.user()?.id ?? ''
  const [typed, setTyped] = createSignal(search.q ?? '')
  const [hits, setHits] = createSignal<Hit[]>()
  const [problem, setProblem] = createSignal<unknown>()
  const [hasMore, setHasMore] = createSignal(false)
  const [chosen, setChosen] = createSignal(-1)
  const listId = createUniqueId()
  let input!: HTMLInputElement
  let asked = 0

  const rooms = createMemo(() => [...workspace.rooms(), ...workspace.directs()])
  const known = createMemo(() => ({
    me,
    people: workspace.people().map((person) => ({ id: person.user_id, name: person.name })),
    rooms: rooms().map((room) => ({ id: room.id, name: roomName(room, workspace, me) })),
  }))
  const query = createMemo(() => parseSearch(typed()))
  const suggestions = createMemo(() => suggestionsFor(typed(), known()))
  const isEmpty = () => query().words === '' && query().filters.every(({ value }) => value === '')

  async function read(older: Hit | undefined): Promise<void> {
    const turn = ++asked
    setProblem(undefined)
    try {
      const found = await rpc<Hit[]>('search_messages', {
        workspace_id: workspace.id(),
        page: pageRows,
        ...searchArguments(query(), known()),
        ...(older ? { older_than: older.sent_at } : {}),
      })
      if (turn !== asked) return
      setHits((before) => (older ? [...(before ?? []), ...found] : found))
      setHasMore(found.length === pageRows)
    } catch (error) {
      if (turn === asked) setProblem(error)
    }
  }
  createEffect(
    on([typed, workspace.id], ([now]) => {
      setChosen(-1)
      if (isEmpty()) {
        asked += 1
        setHits(undefined)
        return
      }
      const timer = setTimeout(() => {
        setSearch({ q: now }, { replace: true })
        void read(undefined)
      }, pauseMs)
      onCleanup(() => clearTimeout(timer))
    }),
  )
  const take = (next: string) => {
    setTyped(next)
    input.focus()
  }
  const nameOf = (hit: Hit) => hit.bot_name || (hit.author_id && workspace.nameOf(hit.author_id)) || '—'
  const whereOf = (hit: Hit) => t(hit.thread_id ? 'inThread' : 'inRoom', { room: roomName(workspace.room(hit.room_id), workspace, me) })

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return
    const offered = suggestions()
    if (event.key === 'ArrowDown' && offered.length > 0) setChosen((chosen() + 1) % offered.length)
    else if (event.key === 'ArrowUp' && offered.length > 0) setChosen((chosen() + offered.length - 1) % offered.length)
    else if ((event.key === 'Tab' && offered.length > 0 && !event.shiftKey) || (event.key === 'Enter' && chosen() >= 0)) {
      take(offered[Math.max(0, chosen())]?.query ?? typed())
    } else if (event.key === 'Enter') {
      const [first] = hits() ?? []
      if (!first) return
      navigate(paths.room(first.room_id, first.message_id))
    } else return
    event.preventDefault()
  }

  return (
    <Page title={readingEn.search}>
      <div class="page">
        <div class="search-box">
          <Icon name="search" />
          <input
            ref={input}
            type="search"
            role="combobox"
            aria-label={readingEn.searchLabel}
            aria-expanded={suggestions().length > 0}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={chosen() >= 0 ? `${listId}-${chosen()}` : undefined}
            placeholder={readingEn.searchHint}
            maxlength={500}
            autofocus
            autocomplete="off"
            spellcheck={false}
            value={typed()}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <div id={listId} role="listbox" class="search-suggestions" aria-label={readingEn.suggestions} hidden={suggestions().length === 0}>
          <For each={suggestions()}>
            {(suggestion, at) => (
              // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the input keeps the focus and has the keys
              <div
                role="option"
                id={`${listId}-${at()}`}
                aria-selected={at() === chosen()}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(suggestion.query)}
              >
                <strong dir="auto">{suggestion.label}</strong>
                <Show when={suggestion.label.endsWith(':')}>
                  <span class="muted">{readingEn.filters[suggestion.operator]}</span>
                </Show>
              </div>
            )}
          </For>
        </div>
        <Show when={query().filters.length > 0}>
          <ul class="search-chips" aria-label={readingEn.suggestions}>
            <For each={query().filters}>
              {(given) => (
                <li>
                  <button
                    type="button"
                    aria-label={t('dropFilter', { filter: `${given.operator}:${given.value}` })}
                    onClick={() => take(withoutFilter(typed(), given))}
                  >
                    <span class="muted">{given.operator}</span> <span dir="auto">{given.value}</span>
                    <Icon name="close" />
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Switch
          fallback={
            <div aria-busy="true">
              <Skeleton lines={6} />
            </div>
          }
        >
          <Match when={problem()}>
            <EmptyState icon="alert" title={sentenceOf(problem())}>
              <Button look="primary" onClick={() => void read(undefined)}>
                {readingEn.search}
              </Button>
            </EmptyState>
          </Match>
          <Match when={isEmpty()}>
            <EmptyState icon="search" title={readingEn.searchBegin} text={readingEn.searchBeginText} />
          </Match>
          <Match when={hits()?.length === 0}>
            <EmptyState icon="search" title={readingEn.searchNone} text={readingEn.searchNoneText} />
          </Match>
          <Match when={hits()}>
            {(found) => (
              <>
                <ol class="search-hits" aria-label={readingEn.searchResults}>
                  <For each={found()}>
                    {(hit) => (
                      <li class="search-hit">
                        <Avatar id={hit.author_id ?? ''} name={nameOf(hit)} />
                        <div class="grow">
                          <p class="message-head">
                            <A href={paths.room(hit.room_id, hit.message_id)}>
                              <strong dir="auto">{nameOf(hit)}</strong> <span dir="auto">{whereOf(hit)}</span>
                            </A>
                            <time datetime={hit.sent_at}>
                              {dayName(hit.sent_at)}, {clockTime(hit.sent_at)}
                            </time>
                          </p>
                          <MarkedText text={hit.snippet} marks={hit.marks} />
                        </div>
                      </li>
                    )}
                  </For>
                </ol>
                <Show when={hasMore()}>
                  <Button look="outline" onClick={() => void read(found().at(-1))}>
                    {readingEn.searchMore}
                  </Button>
                </Show>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Page>
  )
}
