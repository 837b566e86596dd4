import { useSearchParams } from '@solidjs/router'
import { createMemo, createResource, For, type JSX, Match, Show, Switch } from 'solid-js'
import type { Result } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, textsOf } from '../i18n.ts'
import { isAtLeast, type Role, roles } from '../rows.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { permissions } from './roleTable.ts'

const t = textsOf(en)
type Thing = Result<'visible_to'>[number]

interface Right {
  source: keyof typeof en.viewAs.sources
  role: Role
  group_name?: string
}

/** What a role may do, or what one person sees and may do. It only asks: nobody is impersonated. */
export function ViewAs() {
  const workspace = useWorkspace()
  const [search, setSearch] = useSearchParams<{ as?: string }>()
  const chosen = () => (typeof search.as === 'string' ? search.as : '')
  const choose = (as: string) => setSearch({ as: as || undefined }, { replace: true })
  const role = () => roles.find((known) => known === chosen())
  const member = () => workspace.people().find((person) => person.user_id === chosen())
  const people = createMemo(() => workspace.people().toSorted((one, other) => one.name.localeCompare(other.name)))
  const name = () => member()?.name ?? t('viewAs.role', { role: common.roles[role() ?? 'guest'] })

  return (
    <div class="view-as">
      <p class="muted">{t('viewAs.lede')}</p>
      <div class="field">
        <label for="view-as">{t('viewAs.choose')}</label>
        <span class="select-box">
          <select id="view-as" onChange={(event) => choose(event.currentTarget.value)}>
            <option value="" selected={!chosen()}>
              {t('viewAs.nobody')}
            </option>
            <optgroup label={t('viewAs.rolesGroup')}>
              <For each={roles}>
                {(known) => (
                  <option value={known} selected={chosen() === known}>
                    {common.roles[known]}
                  </option>
                )}
              </For>
            </optgroup>
            <optgroup label={t('viewAs.peopleGroup')}>
              <For each={people()}>
                {(person) => (
                  <option value={person.user_id} selected={chosen() === person.user_id}>
                    {person.name}
                  </option>
                )}
              </For>
            </optgroup>
          </select>
        </span>
      </div>
      <Show when={role() ?? member()?.role}>
        {(shown) => (
          <>
            <div class="view-as-banner" role="status">
              <Icon name="eye" />
              <span class="grow">{t('viewAs.banner', { name: name() })}</span>
              <Button look="outline" onClick={() => choose('')}>
                {t('viewAs.stop')}
              </Button>
            </div>
            <Permissions role={shown()} />
            <Show when={member()} fallback={<RoleSees role={shown()} />} keyed>
              {(person) => <PersonSees id={person.user_id} name={person.name} isSuspended={person.suspended_at !== null} />}
            </Show>
          </>
        )}
      </Show>
    </div>
  )
}

function Permissions(props: { role: Role }) {
  return (
    <section aria-label={t('viewAs.may')}>
      <h2>
        {t('viewAs.may')} <span class="muted">· {common.roles[props.role]}</span>
      </h2>
      <ul class="view-as-may">
        <For each={permissions}>
          {(permission) => {
            const may = () => isAtLeast(props.role, permission.from)
            return (
              <li data-may={may()}>
                <Icon name={may() ? 'check' : 'close'} />
                <span>
                  <span class="visually-hidden">{t(may() ? 'viewAs.yes' : 'viewAs.no')}: </span>
                  {permission.text}
                </span>
              </li>
            )
          }}
        </For>
      </ul>
    </section>
  )
}

/** What comes with a role alone. */
function RoleSees(props: { role: Role }) {
  const workspace = useWorkspace()
  const spaces = () => (props.role === 'guest' ? [] : workspace.spaces().filter((space) => !space.private))
  const title = () => t('viewAs.seesRole', { role: common.roles[props.role] })
  return (
    <section aria-label={title()}>
      <h2>{title()}</h2>
      <Show when={spaces().length > 0} fallback={<p class="muted">{t('viewAs.guest')}</p>}>
        <ul class="view-as-things">
          <For each={spaces()}>
            {(space) => (
              <li class="view-as-thing">
                <Row icon="space" name={space.name} role={props.role} reason={t('viewAs.open')} />
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

function PersonSees(props: { id: string; name: string; isSuspended: boolean }) {
  const workspace = useWorkspace()
  const [things, { refetch }] = createResource(
    () => props.id,
    (user_id) => rpc<Thing[]>('visible_to', { workspace_id: workspace.id(), user_id }),
  )
  const found = () => (things.error ? [] : (things.latest ?? []))
  const spaces = () => found().filter((thing) => thing.object_type === 'space')
  const alone = () => found().filter((thing) => ['room', 'document', 'file'].includes(thing.object_type))
  const title = () => t('viewAs.sees', { name: props.name })

  return (
    <section aria-label={title()} aria-busy={things.loading}>
      <h2>{title()}</h2>
      <Switch>
        <Match when={things.error}>
          <p class="form-error" role="alert">
            {sentenceOf(things.error)}
          </p>
          <Button look="outline" onClick={() => void refetch()}>
            {common.retry}
          </Button>
        </Match>
        <Match when={!things.latest}>
          <Skeleton lines={4} />
        </Match>
        <Match when={props.isSuspended}>
          <p>{t('viewAs.suspended', { name: props.name })}</p>
        </Match>
        <Match when={spaces().length + alone().length === 0}>
          <p>{t('viewAs.nothing', { name: props.name })}</p>
        </Match>
        <Match when={true}>
          <p class="muted">{t('viewAs.hidden')}</p>
          <ul class="view-as-things" aria-label={t('viewAs.spaces')}>
            <For each={spaces()}>{(thing) => <Space thing={thing} />}</For>
          </ul>
          <Show when={alone().length > 0}>
            <h3>{t('viewAs.alone')}</h3>
            <ul class="view-as-things" aria-label={t('viewAs.alone')}>
              <For each={alone()}>
                {(thing) => (
                  <li class="view-as-thing">
                    <Row
                      icon={
                        thing.object_type === 'file'
                          ? 'archive'
                          : thing.object_type === 'document'
                            ? 'document'
                            : thing.private
                              ? 'lock'
                              : 'hash'
                      }
                      name={thing.name || common.untitled}
                      role={thing.role}
                      reason={thing.reason}
                    >
                      <Others thing={thing} />
                    </Row>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </Match>
      </Switch>
    </section>
  )
}

/** A space, and on demand its pages and public rooms, which follow it. */
function Space(props: { thing: Thing }) {
  const workspace = useWorkspace()
  const pages = () => workspace.documents().filter((row) => row.space_id === props.thing.object_id)
  const rooms = () => workspace.rooms().filter((row) => row.space_id === props.thing.object_id && !row.private)
  const inside = () =>
    t('viewAs.inside', {
      pages: plural(pages().length, { one: t('viewAs.onePage'), other: t('viewAs.pages', { count: pages().length }) }),
      rooms: plural(rooms().length, { one: t('viewAs.oneRoom'), other: t('viewAs.rooms', { count: rooms().length }) }),
    })
  return (
    <li class="view-as-thing">
      <Row icon={props.thing.private ? 'lock' : 'space'} name={props.thing.name} role={props.thing.role} reason={props.thing.reason}>
        <Others thing={props.thing} />
      </Row>
      <Show when={pages().length + rooms().length > 0}>
        <details>
          <summary>{inside()}</summary>
          <ul>
            <For each={pages()}>
              {(row) => (
                <li class="view-as-inside">
                  <Icon name="document" /> <span dir="auto">{row.title || common.untitled}</span>
                </li>
              )}
            </For>
            <For each={rooms()}>
              {(row) => (
                <li class="view-as-inside">
                  <Icon name="hash" /> <span dir="auto">{row.name}</span>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
    </li>
  )
}

/** What else gives a role here; it counts when the first is taken away. */
function Others(props: { thing: Thing }) {
  const others = () => ((props.thing.chain ?? []) as unknown as Right[]).slice(1)
  const wordOf = ({ source, role, group_name }: Right) => {
    const values = { role: common.roles[role], group: group_name ?? '' }
    return t(`viewAs.sources.${source === 'grant' && group_name ? 'groupGrant' : source}`, values)
  }
  return (
    <Show when={others().length > 0}>
      <small>
        {t('viewAs.also')} {new Intl.ListFormat(document.documentElement.lang || 'en').format(others().map(wordOf))}
      </small>
    </Show>
  )
}

function Row(props: {
  icon: 'space' | 'lock' | 'hash' | 'document' | 'archive'
  name: string
  role: Role
  reason: string
  children?: JSX.Element
}) {
  return (
    <div class="view-as-row">
      <Icon name={props.icon} />
      <div>
        <strong dir="auto">{props.name}</strong>
        <Show when={props.icon === 'lock'}>
          <span class="visually-hidden"> ({t('viewAs.private')})</span>
        </Show>
        <small>{props.reason}</small>
        {props.children}
      </div>
      <span class="muted">{common.roles[props.role]}</span>
    </div>
  )
}
