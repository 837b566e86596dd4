import { createMemo, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { longDate, textsOf } from '../i18n.ts'
import { isAtLeast, type Role } from '../rows.ts'
import { useSession } from '../session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { type Asked, Asking } from './ApplyDialog.tsx'
import { endOfDay } from './days.ts'
import { en } from './en.ts'
import { LinkDialog } from './LinkDialog.tsx'
import { ShareLinks } from './ShareLinks.tsx'
import { createSharing, type Grant, type Grantee, granteeOf, type SharedItem } from './sharing.ts'
import './share.css'

const t = textsOf(en)
const givenRoles = ['viewer', 'commenter', 'editor'] as const satisfies readonly Role[]
const roleOptions = givenRoles.map((role) => ({ value: role as Role, label: common.roles[role] }))

/** Who has access to one page, room, file or folder, each with the reason; editors of its space share it with more people. */
export function ShareDialog(props: { item: SharedItem; title: string; onClose(): void }) {
  const workspace = useWorkspace()
  const session = useSession()
  // The dialog is made for one item.
  const sharing = createSharing(props.item)
  const submit = createSubmit<'with' | 'expires'>(sentenceOf)
  const [to, setTo] = createSignal('')
  const [role, setRole] = createSignal<Role>('viewer')
  const [linking, setLinking] = createSignal(false)
  const [asked, setAsked] = createSignal<Asked>()

  const nameOf = ({ kind, id }: Grantee) =>
    kind === 'group'
      ? (sharing.groups().find((group) => group.id === id)?.name ?? common.somebody)
      : (workspace.nameOf(id) ?? common.somebody)
  const options = createMemo(() => [
    { value: '', label: t('share.choose') },
    ...workspace
      .people()
      .filter((person) => !person.suspended_at && person.user_id !== session.user()?.id)
      .map((person) => ({ value: `person ${person.user_id}`, label: person.name })),
    ...sharing.groups().map((group) => ({ value: `group ${group.id}`, label: t('share.group', { name: group.name }) })),
  ])

  async function share(form: HTMLFormElement) {
    const [kind, id] = to().split(' ')
    const expires = endOfDay(textOf(form, 'expires'))
    const errors = {
      with: !id && t('share.withMissing'),
      expires: expires !== null && expires.getTime() < Date.now() && t('share.expiresWrong'),
    }
    const grantee: Grantee = { kind: kind === 'group' ? 'group' : 'person', id: id ?? '' }
    if (!(await submit.run(form, errors, () => sharing.share(grantee, role(), expires?.toISOString() ?? null)))) return
    toast(t('share.shared', { name: nameOf(grantee) }))
    setTo('')
    form.reset()
  }

  /** A higher role takes nothing from anybody; before a lower one, or none, it is shown what is lost. */
  async function setGrantRole(grant: Grant, next: Role) {
    if (!isAtLeast(next, grant.role)) {
      const { object_type, object_id, user_id, group_id, expires_at } = grant
      setAsked({
        title: t('apply.role.title', { name: nameOf(granteeOf(grant)) }),
        action: t('apply.role.action'),
        change: 'share_item',
        args: { object_type, object_id, user_id, group_id, expires_at, role: next },
        onApply: () => sharing.setRole(grant, next),
      })
      return
    }
    try {
      await sharing.setRole(grant, next)
    } catch (error) {
      toast(sentenceOf(error))
      await sharing.reload()
    }
  }

  function unshare(grant: Grant) {
    const name = nameOf(granteeOf(grant))
    setAsked({
      title: t('apply.unshare.title', { name }),
      action: t('apply.unshare.action'),
      change: 'unshare_item',
      args: { grant_id: grant.id },
      onApply: async () => {
        await sharing.unshare(grant)
        toast(t('share.removed', { name }))
      },
    })
  }

  return (
    <>
      <Dialog
        title={t('share.title', { title: props.title })}
        closeLabel={common.close}
        onClose={() => props.onClose()}
        onSubmit={(event) => void share(event.target as HTMLFormElement)}
      >
        <p class="form-error" role="alert">
          {submit.problem() ?? (sharing.problem() ? sentenceOf(sharing.problem()) : undefined)}
        </p>
        <div class="share-form">
          <div>
            <Select
              label={t('share.with')}
              name="with"
              value={to()}
              options={options()}
              aria-invalid={submit.errorOf('with') ? 'true' : undefined}
              aria-describedby="share-with-error"
              onChange={setTo}
            />
            <p class="field-error" id="share-with-error" role="alert">
              {submit.errorOf('with')}
            </p>
          </div>
          <Select label={t('share.role')} value={role()} options={roleOptions} onChange={setRole} />
          <Field label={t('share.expires')} name="expires" type="date" error={submit.errorOf('expires')} />
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t('share.submit')}
          </Button>
        </div>
        <Show when={sharing.grants().length > 0}>
          <section aria-label={t('share.sharedWith')}>
            <h3>{t('share.sharedWith')}</h3>
            <ul class="share-list">
              <For each={sharing.grants()}>
                {(grant) => (
                  <GrantItem
                    grant={grant}
                    name={nameOf(granteeOf(grant))}
                    onRole={(next) => void setGrantRole(grant, next)}
                    onRemove={() => unshare(grant)}
                  />
                )}
              </For>
            </ul>
          </section>
        </Show>
        <ShareLinks sharing={sharing} onNew={() => setLinking(true)} onAsk={setAsked} />
        <section aria-label={t('share.people')}>
          <h3>{t('share.people')}</h3>
          <Show when={sharing.people()} fallback={sharing.problem() ? null : <Skeleton lines={4} />}>
            {(people) => (
              <ul class="share-list">
                <For each={people()}>
                  {(person) => (
                    <li>
                      <Avatar id={person.user_id} name={person.name} />
                      <div class="share-person">
                        <strong>{person.name}</strong>{' '}
                        <Show when={person.user_id === session.user()?.id}>
                          <span class="muted">({t('share.you')})</span>
                        </Show>
                        <div class="muted">{person.reason}</div>
                      </div>
                      <span class="muted">{common.roles[person.role]}</span>
                    </li>
                  )}
                </For>
              </ul>
            )}
          </Show>
        </section>
      </Dialog>
      {/* Beside it: a form cannot be inside another one. */}
      <Show when={linking()}>
        <LinkDialog sharing={sharing} title={props.title} onClose={() => setLinking(false)} />
      </Show>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </>
  )
}

function GrantItem(props: { grant: Grant; name: string; onRole(role: Role): void; onRemove(): void }) {
  return (
    <li>
      <Show when={props.grant.user_id} fallback={<Icon name="people" />}>
        {(id) => <Avatar id={id()} name={props.name} />}
      </Show>
      <div class="share-person">
        <strong>{props.name}</strong>
        <Show when={props.grant.expires_at}>{(at) => <div class="muted">{t('share.until', { date: longDate(at()) })}</div>}</Show>
      </div>
      <Select
        label={t('share.roleOf', { name: props.name })}
        hideLabel
        value={props.grant.role}
        options={roleOptions}
        onChange={(role) => props.onRole(role)}
      />
      <IconButton icon="close" label={t('share.remove', { name: props.name })} onClick={() => props.onRemove()} />
    </li>
  )
}
