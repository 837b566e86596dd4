import { For, Show } from 'solid-js'
import { plural, textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { priorityNames } from './Marks.tsx'
import type { LabelRow } from './tasks.ts'
import { dueFilters, groupings, isFiltered, sortings, type View } from './view.ts'

const t = textsOf(en)

interface FiltersProps {
  view: View
  labels: readonly LabelRow[]
  count: number
  mayEdit: boolean
  hrefOf(change: Partial<View>): string
  onChange(change: Partial<View>): void
  onSave(): void
  onSettings(): void
}

/** How the tasks are shown, and which: every choice is a part of the address. */
export function Filters(props: FiltersProps) {
  const workspace = useWorkspace()
  return (
    <div class="task-tools">
      <nav class="task-views" aria-label={en.views}>
        <For each={['board', 'list'] as const}>
          {(view) => (
            <a href={props.hrefOf({ view })} aria-current={props.view.view === view ? 'page' : undefined} noScroll>
              {en[view]}
            </a>
          )}
        </For>
      </nav>
      <search class="task-filters" aria-label={en.filters}>
        <input
          type="search"
          class="task-search"
          aria-label={en.search}
          placeholder={en.search}
          value={props.view.q}
          onInput={(event) => props.onChange({ q: event.currentTarget.value })}
        />
        <Select
          label={en.who}
          hideLabel
          quiet
          value={props.view.who}
          options={[
            { value: '', label: en.anybody },
            { value: 'me', label: en.me },
            { value: 'none', label: en.nobody },
            ...workspace.people().map((row) => ({ value: row.user_id, label: row.name })),
          ]}
          onChange={(who) => props.onChange({ who })}
        />
        <Show when={props.labels.length > 0}>
          <Select
            label={en.label}
            hideLabel
            quiet
            value={props.view.label}
            options={[{ value: '', label: en.anyLabel }, ...props.labels.map((row) => ({ value: row.id, label: row.name }))]}
            onChange={(label) => props.onChange({ label })}
          />
        </Show>
        <Select
          label={en.priority}
          hideLabel
          quiet
          value={props.view.priority}
          options={[
            { value: '', label: en.anyPriority },
            ...[4, 3, 2, 1, 0].map((level) => ({ value: String(level), label: priorityNames[level] ?? '' })),
          ]}
          onChange={(priority) => props.onChange({ priority })}
        />
        <Select
          label={en.due}
          hideLabel
          quiet
          value={props.view.due}
          options={[{ value: '', label: en.anyDue }, ...dueFilters.map((value) => ({ value, label: en.dueFilters[value] }))]}
          onChange={(due) => props.onChange({ due })}
        />
        <Show when={props.view.view === 'list'}>
          <Select
            label={en.group}
            hideLabel
            quiet
            value={props.view.group}
            options={groupings.map((value) => ({ value, label: `${en.group}: ${en.groups[value]}` }))}
            onChange={(group) => props.onChange({ group })}
          />
        </Show>
        <Select
          label={en.sort}
          hideLabel
          quiet
          value={props.view.sort}
          options={sortings.map((value) => ({ value, label: en.sorts[value] }))}
          onChange={(sort) => props.onChange({ sort })}
        />
        <label class="task-check">
          <input
            type="checkbox"
            checked={Boolean(props.view.closed)}
            onChange={(event) => props.onChange({ closed: event.currentTarget.checked ? 'all' : '' })}
          />
          {en.closed}
        </label>
        <Show when={isFiltered(props.view)}>
          <Button onClick={() => props.onChange({ q: '', who: '', label: '', priority: '', due: '' })}>{en.clear}</Button>
        </Show>
      </search>
      <span class="muted task-count" role="status">
        {plural(props.count, { one: t('oneTask'), other: t('count', { count: props.count }) })}
      </span>
      <Menu
        label={en.more}
        iconOnly
        triggerClass="button icon-only quiet"
        trigger={<Icon name="more" />}
        items={[
          { label: en.csv, icon: 'download', onSelect: () => props.onSave() },
          { label: en.archiveView, icon: 'archive', href: props.hrefOf({ view: 'archive' }) },
          ...(props.mayEdit
            ? [
                { label: en.trashView, icon: 'trash' as const, href: props.hrefOf({ view: 'trash' }) },
                { label: en.boardSettings, icon: 'gear' as const, onSelect: () => props.onSettings() },
              ]
            : []),
        ]}
      />
    </div>
  )
}
