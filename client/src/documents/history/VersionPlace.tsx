import { useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createResource, createSignal, For, Match, on, onCleanup, onMount, Show, Switch } from 'solid-js'
import type { Blame, Content, DiffAnswer, HistoryNode, Replay } from '../../../../hocuspocus-server/src/history/answers.ts'
import { en as common } from '../../en.ts'
import { sentenceOf } from '../../errors.ts'
import { formatNumber, plural, textsOf } from '../../i18n.ts'
import type { DocumentRow } from '../../rows.ts'
import { useSession } from '../../session.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button, IconButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Menu, type MenuItem } from '../../ui/Menu.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { toast } from '../../ui/Toast.tsx'
import { titleOf } from '../actions.ts'
import { useDocuments } from '../documents.ts'
import { historyEn as en } from './en.ts'
import { dateAndClock, usePeople } from './historyPeople.ts'
import { now, type RestoreWhat, useHistory } from './historyStore.ts'
import { ReplayView } from './ReplayView.tsx'
import { RestoreDialog } from './RestoreDialog.tsx'
import { VersionBlocks } from './VersionBlocks.tsx'
import { copyOf, wordsOf } from './versionDom.ts'
import './version.css'

const t = textsOf(en)
const views = ['changes', 'text', 'authors', 'replay'] as const
type View = (typeof views)[number]

type Shown =
  | { view: 'changes'; diff: DiffAnswer }
  | { view: 'text'; content: Content }
  | { view: 'authors'; blame: Blame }
  | { view: 'replay'; replay: Replay }

/** A version in the place of the page: what changed in it, what it says, whose it is, how it came to be. */
export default function VersionPlace(props: { document: DocumentRow; version: string; changed: string | undefined }) {
  const history = useHistory(props.document.id)
  const session = useSession()
  const documents = useDocuments()
  const people = usePeople()
  const [search, setSearch] = useSearchParams<{ version?: string; against?: string; show?: string; panel?: string }>()
  const [restoring, setRestoring] = createSignal<RestoreWhat & { time: string }>()
  const [current, setCurrent] = createSignal<number>()
  let heading!: HTMLHeadingElement
  let place!: HTMLElement

  if (!history.loaded()) void history.reload().catch(() => {})
  const view = (): View => views.find((name) => name === search.show) ?? 'changes'
  const row = () => history.find(props.version)
  const index = () => history.versions().findIndex((version) => version.id === props.version)
  const isNow = () => props.version === now
  const time = () => (isNow() ? en.current : row() ? dateAndClock(row()?.at ?? '') : '')
  const older = () => (isNow() ? history.versions()[0]?.id : history.versions()[index() + 1]?.id)
  const newer = () => (isNow() ? undefined : index() > 0 ? history.versions()[index() - 1]?.id : index() === 0 ? now : undefined)
  /** What it is compared with. The first version has nothing before it. */
  const against = () => search.against ?? older()
  const mayRestore = () => documents.mayWrite(props.document)

  // Read anew when something else is to be shown; of the page now also when somebody saved a version of it.
  const asked = createMemo(() => ({ view: view(), version: props.version, against: against(), ready: history.loaded() }), undefined, {
    equals: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  })
  const [shown, { refetch }] = createResource(asked, async (what): Promise<Shown | undefined> => {
    setCurrent(undefined)
    if (!what.ready) return undefined
    switch (what.view) {
      case 'text':
        return { view: 'text', content: await history.content(what.version) }
      case 'authors':
        return { view: 'authors', blame: await history.blame(what.version) }
      case 'replay':
        return { view: 'replay', replay: await history.replay(undefined, what.version) }
      default:
        return what.against
          ? { view: 'changes', diff: await history.diff(what.against, what.version) }
          : { view: 'text', content: await history.content(what.version) }
    }
  })
  createEffect(
    on(
      () => props.changed,
      (what) => {
        if (what === 'versions' || what === 'anything') void history.reload().catch(() => {})
      },
      { defer: true },
    ),
  )
  onMount(() => heading.focus({ preventScroll: true }))
  // The page is where it was when it comes back.
  const scroller = document.querySelector('.view')
  const scrolled = scroller?.scrollTop ?? 0
  createEffect(on([() => props.version, view], () => scroller?.scrollTo({ top: 0 })))
  onCleanup(() => queueMicrotask(() => scroller?.scrollTo({ top: scrolled })))

  const result = () => (shown.state === 'errored' ? undefined : shown.latest)
  const diff = () => {
    const found = result()
    return found?.view === 'changes' ? found.diff : undefined
  }
  const nodes = (): HistoryNode[] => {
    const found = result()
    if (!found) return []
    if (found.view === 'changes') return found.diff.content
    if (found.view === 'replay') return found.replay.start ?? []
    return (found.view === 'text' ? found.content.json : found.blame.json).content ?? []
  }
  const changes = createMemo(() => (diff()?.content ?? []).flatMap((node, place) => (node.change ? [place] : [])))
  const step = (by: 1 | -1) => {
    const at = changes().indexOf(current() ?? -1)
    const next = at === -1 ? (by === 1 ? 0 : changes().length - 1) : (at + by + changes().length) % changes().length
    setCurrent(changes()[next])
  }
  const said = () => {
    const place = current()
    const node = place === undefined ? undefined : (diff()?.content[place] as HistoryNode | undefined)
    if (place === undefined || !node?.change) return ''
    return t('changeOf', { index: changes().indexOf(place) + 1, count: changes().length, what: describe(node) })
  }
  const describe = (node: HistoryNode): string => {
    const what = en.kinds[node.change ?? 'changed']
    const authors = authorsIn(node)
    const words = wordsOf(node).trim().slice(0, 80)
    return `${authors.length > 0 ? t('whoDid', { what, names: people.namesOf(authors) }) : what}${words && `: ${words}`}`
  }

  const show = (next: { version?: string | undefined; against?: string | undefined; show?: View | undefined }) => setSearch(next)
  const close = () => {
    const hadFocus = place.contains(document.activeElement)
    setSearch({ version: undefined, against: undefined, show: undefined })
    // The focus would be lost with the place.
    if (hadFocus) queueMicrotask(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true }))
  }
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !restoring()) close()
  }

  async function restore(what: RestoreWhat) {
    const before = new Date().toISOString()
    try {
      if (!(await history.restore(what))) return toast(en.stillRestoring)
      close()
      const undo = async () => {
        try {
          if (await history.restore({ at: before })) toast(en.undone)
        } catch (error) {
          toast(t('notRestored', { reason: sentenceOf(error) }))
        }
      }
      toast(what.block !== undefined ? en.restoredBlock : what.author ? en.restoredPart : en.restored, {
        action: { label: common.undo, run: () => void undo() },
      })
    } catch (error) {
      toast(t('notRestored', { reason: sentenceOf(error) }))
    }
  }
  const target = (): RestoreWhat => ({ version: props.version })
  /** Who wrote after this version, oneself first. */
  const authorsSince = (at: string) => {
    const me = session.user()?.id
    const ids = new Set(history.versions().flatMap((version) => (version.at > at ? version.authors : [])))
    // What was written since the latest version belongs to none yet.
    if (me) ids.add(me)
    return [...ids]
      .map((id) => ({ id, name: people.nameOf(id), isMe: id === me }))
      .sort((one, other) => Number(other.isMe) - Number(one.isMe))
  }

  const copy = async () => {
    const { html, text } = copyOf(nodesToTake(await history.content(props.version)))
    const item = new ClipboardItem({
      'text/html': new Blob([html], { type: 'text/html' }),
      'text/plain': new Blob([text], { type: 'text/plain' }),
    })
    await navigator.clipboard.write([item])
    toast(en.copied)
  }
  const download = async () => {
    const { at, json } = await history.content(props.version)
    save(fileName(at, 'json'), JSON.stringify(json, null, 2), 'application/json')
  }
  const downloadMarkdown = async () => {
    const { at } = await history.content(props.version)
    save(fileName(at, 'md'), await history.markdown(props.version), 'text/markdown')
  }
  const fileName = (at: string, ending: string) => `${titleOf(props.document)} ${at.slice(0, 16).replace(':', '.')}.${ending}`
  const failed = (error: unknown) => toast(sentenceOf(error))
  const items = (): MenuItem[] => [
    { label: en.copy, icon: 'copy', onSelect: () => void copy().catch(failed) },
    { label: en.downloadMarkdown, icon: 'download', onSelect: () => void downloadMarkdown().catch(failed) },
    { label: en.download, icon: 'download', onSelect: () => void download().catch(failed) },
  ]

  return (
    <article ref={place} class="document version" onKeyDown={closeByKey}>
      <header class="version-head">
        <div class="version-line">
          <h2 ref={heading} tabindex="-1" class="grow">
            <Show when={row()?.name} fallback={isNow() ? en.current : t('versionOf', { time: time() })}>
              {(name) => (
                <>
                  <Icon name="tag" /> <span dir="auto">{name()}</span> <small>{time()}</small>
                </>
              )}
            </Show>
          </h2>
          <IconButton
            icon="arrowDown"
            label={en.older}
            disabled={!older()}
            onClick={() => show({ version: older(), against: undefined })}
          />
          <IconButton icon="arrowUp" label={en.newer} disabled={!newer()} onClick={() => show({ version: newer(), against: undefined })} />
          <Menu
            label={t('actionsFor', { time: time() })}
            iconOnly
            triggerClass="button quiet icon-only"
            trigger={<Icon name="more" />}
            items={items()}
          />
          <IconButton icon="close" label={en.back} onClick={close} />
        </div>
        <Show when={row()}>
          {(version) => (
            <p class="version-authors">
              <For each={version().authors.slice(0, 5)}>{(id) => <Avatar id={id} name={people.nameOf(id)} />}</For>
              {version().authors.length > 0 ? t('by', { names: people.namesOf(version().authors) }) : en.nobody}
            </p>
          )}
        </Show>
        <div class="version-line">
          <fieldset class="version-views" aria-label={en.views}>
            <For each={views}>
              {(name) => (
                <button type="button" aria-pressed={view() === name} onClick={() => show({ show: name === 'changes' ? undefined : name })}>
                  {en.view[name]}
                </button>
              )}
            </For>
          </fieldset>
          <Show when={mayRestore() && !isNow() && view() !== 'replay'}>
            <Button look="primary" icon="undo" onClick={() => setRestoring({ ...target(), time: time() })}>
              {en.restoreThis}
            </Button>
          </Show>
        </div>
        <p class="visually-hidden" role="status">
          {said()}
        </p>
      </header>
      <Show when={view() === 'changes'}>
        <div class="version-line version-compare">
          <label class="version-against">
            <span>{en.compareWith}</span>
            <select value={search.against ?? ''} onChange={(event) => show({ against: event.currentTarget.value || undefined })}>
              <option value="">{en.previous}</option>
              <Show when={!isNow()}>
                <option value={now}>{en.now}</option>
              </Show>
              <For each={history.versions().filter(({ id }) => id !== props.version)}>
                {(version) => (
                  <option value={version.id}>
                    {version.name ? `${version.name}, ` : ''}
                    {dateAndClock(version.at)}
                  </option>
                )}
              </For>
            </select>
          </label>
          <Show when={changes().length > 0}>
            <span class="version-steps">
              <span>
                {t('changes', {
                  count: formatNumber(changes().length),
                  word: plural(changes().length, { one: en.change, other: en.changesWord }),
                })}
              </span>
              <IconButton icon="arrowUp" label={en.previousChange} onClick={() => step(-1)} />
              <IconButton icon="arrowDown" label={en.nextChange} onClick={() => step(1)} />
            </span>
          </Show>
        </div>
      </Show>
      <Switch
        fallback={
          <div aria-busy="true">
            <Skeleton lines={8} />
          </div>
        }
      >
        <Match when={shown.error}>
          <EmptyState icon="alert" title={sentenceOf(shown.error)}>
            <Button look="primary" onClick={() => void refetch()}>
              {common.retry}
            </Button>
          </EmptyState>
        </Match>
        <Match when={replayOf(result())} keyed>
          {(replay) => (
            <ReplayView
              documentId={props.document.id}
              replay={replay}
              mayRestore={mayRestore()}
              onRestore={(at) => setRestoring({ at, time: dateAndClock(at) })}
            />
          )}
        </Match>
        <Match when={result()} keyed>
          {(found) => (
            <>
              <Show when={found.view === 'changes' && changes().length === 0}>
                <p class="muted">{en.same}</p>
              </Show>
              <Show when={view() === 'changes' && found.view === 'text'}>
                <p class="muted">{en.first}</p>
              </Show>
              <Show when={found.view === 'authors' && found.blame.shares} keyed>
                {(shares) => <Shares shares={shares} />}
              </Show>
              <VersionBlocks
                documentId={props.document.id}
                nodes={nodes()}
                label={t('versionOf', { time: time() })}
                nameOf={people.nameOf}
                coloured={found.view === 'authors'}
                current={current()}
                {...(mayRestore() &&
                  !isNow() && {
                    blockOf: (node: HistoryNode, place: number) =>
                      found.view === 'changes' ? (node.change ? sideOf(found.diff, node, row()?.at ?? '') : undefined) : place,
                    onRestore: (block: number) => void restore({ ...target(), block }),
                  })}
              />
            </>
          )}
        </Match>
      </Switch>
      <Show when={restoring()} keyed>
        {({ time: when, ...what }) => (
          <RestoreDialog
            time={when}
            authors={authorsSince(what.at ?? row()?.at ?? '')}
            onRestore={(author) => restore({ ...what, author })}
            onClose={() => setRestoring(undefined)}
          />
        )}
      </Show>
    </article>
  )
}

/** How much each person wrote. */
function Shares(props: { shares: Blame['shares'] }) {
  const people = usePeople()
  const whole = () => props.shares.reduce((sum, { characters }) => sum + characters, 0)
  return (
    <ul class="version-shares">
      <For each={props.shares}>
        {({ authorId, characters }) => (
          <li>
            <Avatar id={authorId ?? ''} name={people.nameOf(authorId)} />
            <span dir="auto">{people.nameOf(authorId)}</span>
            <span class="muted">{t('share', { percent: formatNumber(Math.round((100 * characters) / whole())) })}</span>
          </li>
        )}
      </For>
    </ul>
  )
}

const replayOf = (found: Shown | undefined) => (found?.view === 'replay' ? found.replay : undefined)

const nodesToTake = ({ json }: Content) => json.content ?? []

/** The version that is shown may be the older or the newer of the two that are compared. */
const sideOf = (diff: DiffAnswer, node: HistoryNode, at: string) => (Date.parse(diff.to) <= Date.parse(at) + 1 ? node.after : node.before)

function authorsIn(node: HistoryNode): string[] {
  const ids = new Set<string>()
  const collect = (part: HistoryNode) => {
    if (part.change && part.by) ids.add(part.by)
    for (const child of part.content ?? []) collect(child)
  }
  collect(node)
  return [...ids]
}

function save(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = Object.assign(document.createElement('a'), { href: address, download: name.replace(/[\\/:*?"<>|]/g, ' ') })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
