import { useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js'
import { en as common } from '../../en.ts'
import { sentenceOf } from '../../errors.ts'
import { formatNumber, longDate, plural, textsOf } from '../../i18n.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Menu, type MenuItem } from '../../ui/Menu.tsx'
import { NameDialog } from '../../ui/NameDialog.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { toast } from '../../ui/Toast.tsx'
import { attempt } from '../actions.ts'
import { useDocuments } from '../documents.ts'
import { PanelFrame, type PanelProps } from '../panels/PanelFrame.tsx'
import { historyEn as en } from './en.ts'
import { clock, dateAndClock, usePeople } from './historyPeople.ts'
import { now, useHistory, type VersionRow } from './historyStore.ts'
import './historyPanel.css'

const t = textsOf(en)
const facesShown = 3

type Naming = 'now' | VersionRow

/** The versions of a page, day by day. */
export default function HistoryPanel(props: PanelProps) {
  const history = useHistory(props.document.id)
  const documents = useDocuments()
  const [search, setSearch] = useSearchParams<{ version?: string; panel?: string }>()
  const [failed, setFailed] = createSignal(false)
  const [naming, setNaming] = createSignal<Naming>()
  const mayName = () => documents.mayEdit(props.document)

  const read = () => {
    setFailed(false)
    history.reload().catch(() => setFailed(true))
  }
  read()
  createEffect(
    on(
      () => props.changed,
      (what) => {
        if (what === 'versions' || what === 'anything') read()
      },
      { defer: true },
    ),
  )

  const open = (version: string) => {
    // A sheet would cover what it opens.
    const covers = matchMedia('(width < 80rem)').matches
    setSearch({ version, against: undefined, show: undefined, ...(covers && { panel: undefined }) })
  }
  const save = async (name: string) => {
    const what = naming()
    if (what === 'now') await history.name(name)
    else if (what) await history.rename(what.id, name)
    toast(t('named', { name }))
  }
  const unname = async (version: VersionRow) => {
    if (await attempt(en.unname, () => history.rename(version.id, null))) toast(en.unnamed)
  }
  const itemsOf = (version: VersionRow): MenuItem[] => [
    { label: en.open, icon: 'eye', onSelect: () => open(version.id) },
    ...(mayName()
      ? [
          { label: version.name ? en.rename : en.name, icon: 'tag', onSelect: () => setNaming(version) } as const,
          ...(version.name ? [{ label: en.unname, icon: 'close', onSelect: () => void unname(version) } as const] : []),
        ]
      : []),
  ]
  const days = createMemo(() => [...Map.groupBy(history.versions(), ({ at }) => new Date(at).toDateString())])

  return (
    <PanelFrame title={en.title} onClose={() => props.onClose()}>
      <div class="history-now" classList={{ current: search.version === now }}>
        <button type="button" class="history-open" aria-current={search.version === now ? 'true' : undefined} onClick={() => open(now)}>
          <strong>{en.current}</strong>
          <span class="history-line">{en.currentText}</span>
        </button>
        <Show when={mayName()}>
          <Button icon="tag" look="outline" onClick={() => setNaming('now')}>
            {en.nameNow}
          </Button>
        </Show>
      </div>
      <label class="history-filter">
        <input
          type="checkbox"
          checked={history.onlyNamed()}
          onChange={(event) => void history.showOnlyNamed(event.currentTarget.checked).catch(() => setFailed(true))}
        />
        {en.onlyNamed}
      </label>
      <Show when={failed()}>
        <EmptyState icon="alert" title={en.failed}>
          <Button look="primary" onClick={read}>
            {common.retry}
          </Button>
        </EmptyState>
      </Show>
      <Show when={history.loaded() || failed()} fallback={<Skeleton lines={6} />}>
        <Show when={history.versions().length === 0 && !failed()}>
          <p class="muted">{history.onlyNamed() ? en.noneNamed : en.emptyText}</p>
        </Show>
        <div class="history-days">
          <For each={days()}>
            {([, versions]) => (
              <section>
                <h3>{dayOf(versions[0]?.at ?? '')}</h3>
                <ol>
                  <For each={versions}>
                    {(version) => (
                      <li classList={{ current: search.version === version.id }}>
                        <button
                          type="button"
                          class="history-open"
                          aria-current={search.version === version.id ? 'true' : undefined}
                          onClick={() => open(version.id)}
                        >
                          <VersionLines version={version} />
                        </button>
                        <Menu
                          label={t('actionsFor', { time: dateAndClock(version.at) })}
                          iconOnly
                          triggerClass="button quiet icon-only"
                          trigger={<Icon name="more" />}
                          items={itemsOf(version)}
                        />
                      </li>
                    )}
                  </For>
                </ol>
              </section>
            )}
          </For>
        </div>
        <Show when={!history.complete() && history.versions().length > 0}>
          <Button look="outline" onClick={() => void history.more().catch(() => setFailed(true))}>
            {en.more}
          </Button>
        </Show>
      </Show>
      <Show when={naming()} keyed>
        {(what) => (
          <NameDialog
            title={what !== 'now' && what.name ? en.rename : en.name}
            label={en.nameLabel}
            name={what === 'now' ? '' : (what.name ?? '')}
            missing={en.nameMissing}
            save={en.save}
            cancel={en.cancel}
            sentenceOf={sentenceOf}
            onSave={save}
            onClose={() => setNaming(undefined)}
          />
        )}
      </Show>
    </PanelFrame>
  )
}

function VersionLines(props: { version: VersionRow }) {
  const people = usePeople()
  const authors = () => (props.version.authors.length > 0 ? t('by', { names: people.namesOf(props.version.authors) }) : en.nobody)
  return (
    <>
      <span class="history-title">
        <Show when={props.version.name} fallback={<strong>{clock(props.version.at)}</strong>}>
          {(name) => (
            <>
              <Icon name="tag" />
              <strong dir="auto">{name()}</strong>
              <span class="history-line">{clock(props.version.at)}</span>
            </>
          )}
        </Show>
      </span>
      <span class="history-line">
        <span class="history-faces">
          <For each={props.version.authors.slice(0, facesShown)}>{(id) => <Avatar id={id} name={people.nameOf(id)} />}</For>
        </span>
        <span class="ellipsis">{authors()}</span>
      </span>
      <Words version={props.version} />
    </>
  )
}

/** +12 −3, and in words for those who hear it. */
function Words(props: { version: VersionRow }) {
  const count = (number: number, text: 'wordsAdded' | 'wordsRemoved') =>
    t(text, { count: formatNumber(number), word: plural(number, { one: en.word, other: en.words }) })
  return (
    <Show when={props.version.words !== null} fallback={<span class="history-line">{en.reading}</span>}>
      <span class="history-words">
        <Show when={props.version.words_added}>
          {(added) => (
            <span class="added" title={count(added(), 'wordsAdded')}>
              <span aria-hidden="true">+{formatNumber(added())}</span>
              <span class="visually-hidden">{count(added(), 'wordsAdded')}</span>
            </span>
          )}
        </Show>
        <Show when={props.version.words_removed}>
          {(removed) => (
            <span class="removed" title={count(removed(), 'wordsRemoved')}>
              <span aria-hidden="true">−{formatNumber(removed())}</span>
              <span class="visually-hidden">{count(removed(), 'wordsRemoved')}</span>
            </span>
          )}
        </Show>
      </span>
    </Show>
  )
}

function dayOf(time: string): string {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86_400_000)
  return days === 0 ? en.today : days === 1 ? en.yesterday : longDate(time)
}
