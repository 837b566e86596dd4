import { useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js'
import { toCsv } from '../csv.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace, type Workspaces } from '../workspaces/workspaces.ts'
import { type AuditEvent, createAuditLog } from './auditLog.ts'
import { en } from './en.ts'

const t = textsOf(en)
const kinds: Record<string, string> = en.audit.kinds
const things: Record<string, string> = en.audit.things
const verbs: Record<string, string> = en.audit.verbs
const fields: Record<string, string> = en.audit.fields

/** Who changed whose rights, with filters in the address. */
export function AuditLog() {
  const workspace = useWorkspace()
  const [search, setSearch] = useSearchParams<{ what?: string; person?: string; since?: string }>()
  const [busy, setBusy] = createSignal(false)
  const filter = createMemo(() => ({ kind: one(search.what), person: one(search.person), since: dayOf(one(search.since)) }))
  const log = createAuditLog(workspace.id, filter)
  createEffect(on(filter, () => void log.reload()))
  const sortedPeople = createMemo(() => workspace.people().toSorted((left, right) => left.name.localeCompare(right.name)))

  async function save() {
    setBusy(true)
    try {
      const events = await log.all()
      download(toCsv([Object.values(en.audit.columns), ...events.map((event) => lineOf(event, workspace))]))
      toast(t('audit.exported', { count: events.length }))
    } catch (error) {
      toast(sentenceOf(error))
    }
    setBusy(false)
  }

  return (
    <>
      <p class="muted">{t('audit.lede')}</p>
      <div class="admin-filters">
        <Select
          label={t('audit.what')}
          value={filter().kind ?? ''}
          options={[{ value: '', label: t('audit.everything') }, ...Object.entries(kinds).map(([value, label]) => ({ value, label }))]}
          onChange={(what) => setSearch({ what: what || undefined }, { replace: true })}
        />
        <Select
          label={t('audit.person')}
          value={filter().person ?? ''}
          options={[
            { value: '', label: t('audit.everybody') },
            ...sortedPeople().map((person) => ({ value: person.user_id, label: person.name })),
          ]}
          onChange={(person) => setSearch({ person: person || undefined }, { replace: true })}
        />
        <Field
          label={t('audit.since')}
          name="since"
          type="date"
          value={filter().since ?? ''}
          onChange={(event) => setSearch({ since: event.currentTarget.value || undefined }, { replace: true })}
        />
        <Button look="outline" busy={busy()} onClick={() => void save()}>
          {t('audit.export')}
        </Button>
      </div>
      <Show when={log.problem()}>
        <p class="form-error" role="alert">
          {sentenceOf(log.problem())}
        </p>
        <Button look="outline" onClick={() => void log.reload()}>
          {common.retry}
        </Button>
      </Show>
      <Show when={log.events()} fallback={log.problem() ? null : <Skeleton lines={8} />}>
        {(events) => (
          <ol class="audit" aria-label={t('audit.list')}>
            <For each={events()} fallback={<li class="muted">{t('audit.none')}</li>}>
              {(event) => <Entry event={event} />}
            </For>
          </ol>
        )}
      </Show>
      <Show when={log.hasMore()}>
        <Button look="outline" onClick={() => void log.showOlder()}>
          {t('audit.older')}
        </Button>
      </Show>
    </>
  )
}

const one = (value: string | string[] | undefined) => (typeof value === 'string' && value ? value : undefined)

/** A day that somebody has typed into the address may be none. */
const dayOf = (text: string | undefined) => (text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined)

function Entry(props: { event: AuditEvent }) {
  const workspace = useWorkspace()
  const group = () => {
    const { group_id } = { ...recordOf(props.event.before), ...recordOf(props.event.after) }
    return group_id ? t('audit.group') : undefined
  }
  const about = () =>
    [objectName(props.event, workspace), personName(props.event.user_id, workspace) ?? group()].filter(Boolean).join(' · ')
  return (
    <li>
      <div>
        <strong>{sentence(props.event, workspace)}</strong>
        <Show when={about()}>
          <span class="audit-about">{about()}</span>
        </Show>
      </div>
      <For each={changes(props.event)}>
        {(change) => (
          <div class="audit-change">
            {change.field}: <Show when={change.before !== undefined}>{change.before} → </Show>
            {change.after}
          </div>
        )}
      </For>
      <div class="muted audit-foot">
        <time datetime={props.event.at} title={new Date(props.event.at).toLocaleString()}>
          {relativeTime(props.event.at)}
        </time>
        <Show when={props.event.address}>{(address) => <span>{t('audit.from', { address: address() })}</span>}</Show>
      </div>
    </li>
  )
}

function sentence(event: AuditEvent, workspace: Workspaces): string {
  const [kind = '', verb = ''] = event.action.split('.')
  const actor = event.actor_id ? personName(event.actor_id, workspace) : t('audit.server')
  return t('audit.sentence', { actor: actor ?? '', verb: verbs[verb] ?? verb, thing: things[kind] ?? kind })
}

function personName(id: string | null, workspace: Workspaces): string | undefined {
  return id ? (workspace.nameOf(id) ?? t('audit.former')) : undefined
}

/** What the rights are on, as far as this admin sees it; a name that the event itself tells counts first. */
function objectName(event: AuditEvent, workspace: Workspaces): string | undefined {
  const told = namedIn(event.after) ?? namedIn(event.before)
  if (told) return told
  if (event.object_type === 'space') return workspace.space(event.object_id)?.name
  if (event.object_type === 'room') return workspace.room(event.object_id)?.name
  if (event.object_type === 'document') return workspace.document(event.object_id)?.title || undefined
  return undefined
}

function namedIn(values: AuditEvent['after']): string | undefined {
  const { name, email } = recordOf(values)
  const found = name ?? email
  return typeof found === 'string' ? found : undefined
}

const recordOf = (values: AuditEvent['after']): Record<string, unknown> =>
  values && typeof values === 'object' && !Array.isArray(values) ? values : {}

/** The fields that changed, but for ids: who and what is said by name. */
function changes(event: AuditEvent) {
  const [before, after] = [recordOf(event.before), recordOf(event.after)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !field.endsWith('_id') && !(event.before && event.after ? false : field === 'name' || field === 'email'))
    .filter((field) => (before[field] ?? null) !== null || (after[field] ?? null) !== null)
    .map((field) => ({
      field: fields[field] ?? field,
      before: event.before ? wordOf(before[field]) : undefined,
      after: event.after ? wordOf(after[field]) : t('audit.emptyValue'),
    }))
}

function wordOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('audit.emptyValue')
  if (typeof value === 'boolean') return t(value ? 'audit.yes' : 'audit.no')
  const roles: Record<string, string> = common.roles
  if (typeof value !== 'string') return Array.isArray(value) ? value.join(', ') : JSON.stringify(value)
  return /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toLocaleString() : (roles[value] ?? value)
}

function lineOf(event: AuditEvent, workspace: Workspaces) {
  const actor = event.actor_id ? (workspace.nameOf(event.actor_id) ?? event.actor_id) : event.login
  const json = (values: AuditEvent['after']) => (values === null ? '' : JSON.stringify(values))
  return [
    event.id,
    event.at,
    actor,
    event.action,
    event.object_type,
    objectName(event, workspace) ?? '',
    event.object_id,
    event.user_id ? (workspace.nameOf(event.user_id) ?? event.user_id) : '',
    json(event.before),
    json(event.after),
    event.address,
    event.user_agent,
  ]
}

function download(csv: string) {
  const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }))
  Object.assign(document.createElement('a'), { href: url, download: `atrium-audit-${new Date().toISOString().slice(0, 10)}.csv` }).click()
  URL.revokeObjectURL(url)
}
