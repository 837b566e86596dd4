import { createSignal, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { Role } from '../rows.ts'
import { Button } from '../ui/Button.tsx'
import { CopyField } from '../ui/CopyField.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, PasswordField, Select } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { endOfDay } from './days.ts'
import { en } from './en.ts'
import type { Sharing } from './sharing.ts'

const t = textsOf(en)
const linkRoles = ['viewer', 'commenter', 'editor'] as const satisfies readonly Role[]
/** What whoever has a link to files may. */
const fileKinds = ['save', 'look', 'drop'] as const
/** What a room's commenters may is more than their name says. */
const roomRoles = { viewer: t('links.roles.viewer'), commenter: t('links.roles.editor') }

/** Makes a link to a page, room, file or folder and shows it, once. */
export function LinkDialog(props: { sharing: Sharing; title: string; onClose(): void }) {
  const submit = createSubmit<'expires' | 'password'>(sentenceOf)
  const [role, setRole] = createSignal<(typeof linkRoles)[number]>('viewer')
  const [kind, setKind] = createSignal<(typeof fileKinds)[number]>('save')
  const [link, setLink] = createSignal<string>()
  const isFile = () => props.sharing.type === 'file'
  const kinds = () =>
    fileKinds.filter((value) => value !== 'drop' || props.sharing.isFolder).map((value) => ({ value, label: t(`links.files.${value}`) }))

  const options = () =>
    props.sharing.type === 'room'
      ? (['viewer', 'commenter'] as const).map((value) => ({ value, label: roomRoles[value] }))
      : linkRoles.map((value) => ({ value, label: t(`links.roles.${value}`) }))

  async function make(form: HTMLFormElement) {
    const expires = endOfDay(textOf(form, 'expires'))
    const password = textOf(form, 'password')
    // The server keeps 72 bytes of it.
    const isShortOrLong = password.length < 8 || new TextEncoder().encode(password).length > 72
    const errors = {
      expires: expires !== null && expires.getTime() < Date.now() && t('share.expiresWrong'),
      password: password !== '' && isShortOrLong && t('links.passwordWrong'),
    }
    await submit.run(form, errors, async () => {
      const files = isFile() ? { downloads: kind() === 'save', uploads: kind() === 'drop' } : {}
      const token = await props.sharing.makeLink(role(), expires?.toISOString() ?? null, password || null, files)
      setLink(location.origin + paths.link(token) + (isFile() ? '/read' : ''))
    })
  }

  return (
    <Dialog
      title={t('links.dialog', { title: props.title })}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={(event) => void make(event.target as HTMLFormElement)}
      footer={
        <Show
          when={!link()}
          fallback={
            <Button look="outline" onClick={() => props.onClose()}>
              {t('links.done')}
            </Button>
          }
        >
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t('links.make')}
          </Button>
        </Show>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Show
        when={!link()}
        fallback={
          <CopyField
            label={t('links.made', { title: props.title })}
            hint={t('links.madeHint')}
            value={link() ?? ''}
            copy={t('links.copy')}
            copied={t('links.copied')}
          />
        }
      >
        <Show when={isFile()} fallback={<Select label={t('links.role')} value={role()} options={options()} onChange={setRole} />}>
          <Select label={t('links.role')} value={kind()} options={kinds()} onChange={setKind} />
        </Show>
        <Field label={t('links.expires')} name="expires" type="date" error={submit.errorOf('expires')} />
        <PasswordField
          label={t('links.password')}
          hint={t('links.passwordHint')}
          name="password"
          autocomplete="new-password"
          maxLength={72}
          showLabel={t('links.show')}
          hideLabel={t('links.hide')}
          error={submit.errorOf('password')}
        />
      </Show>
    </Dialog>
  )
}
