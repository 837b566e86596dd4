import { A } from '@solidjs/router'
import { For, type JSX, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { type Theme, useShell } from '../shell/shellState.ts'
import { rest, rows } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import './settings.css'

const t = textsOf(en)
const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[]

export default function SettingsPage() {
  const workspace = useWorkspace()
  return (
    <Page title={t('title')}>
      <div class="page page-narrow settings">
        <Profile />
        <Show when={workspace.can('admin')}>
          <WorkspaceName />
        </Show>
        <Appearance />
        <Keyboard />
        <Account />
      </div>
    </Page>
  )
}

function Section(props: { title: string; children: JSX.Element }) {
  return (
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  )
}

interface NameFormProps {
  label: string
  hint?: string
  name: string
  missing: string
  autocomplete: JSX.HTMLAutocomplete
  onSave(name: string): Promise<unknown>
}

/** One name and its button; says "Saved" when the server has it. */
function NameForm(props: NameFormProps) {
  const submit = createSubmit<'name'>(sentenceOf)

  async function save(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    if (await submit.run(form, { name: !name && props.missing }, () => props.onSave(name))) toast(t('profile.saved'))
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save(event.currentTarget)
      }}
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field
        label={props.label}
        {...(props.hint ? { hint: props.hint } : {})}
        name="name"
        autocomplete={props.autocomplete}
        required
        maxLength={80}
        value={props.name}
        error={submit.errorOf('name')}
      />
      <div>
        <Button type="submit" look="outline" busy={submit.busy()}>
          {common.save}
        </Button>
      </div>
    </form>
  )
}

function Profile() {
  const session = useSession()
  const workspace = useWorkspace()
  return (
    <Section title={t('profile.title')}>
      <NameForm
        label={t('profile.name')}
        hint={t('profile.nameHint')}
        name={session.user()?.name ?? ''}
        missing={t('profile.nameMissing')}
        autocomplete="name"
        onSave={async (name) => {
          await session.rename(name)
          await workspace.reloadPeople()
        }}
      />
    </Section>
  )
}

function WorkspaceName() {
  const workspace = useWorkspace()
  return (
    <Section title={t('workspace.title')}>
      <NameForm
        label={t('workspace.name')}
        name={workspace.name()}
        missing={t('workspace.nameMissing')}
        autocomplete="organization"
        onSave={async (name) => {
          await rows(rest.from('workspaces').update({ name }).eq('id', workspace.id()))
          await workspace.reloadAll()
        }}
      />
    </Section>
  )
}

function Appearance() {
  const shell = useShell()
  return (
    <Section title={t('appearance.title')}>
      <fieldset class="choices">
        <legend>{t('appearance.theme')}</legend>
        <For each={themes}>
          {(theme) => (
            <label class="choice">
              <input type="radio" name="theme" checked={shell.theme() === theme} onChange={() => shell.setTheme(theme)} />
              {t(`appearance.${theme}`)}
            </label>
          )}
        </For>
      </fieldset>
    </Section>
  )
}

function Keyboard() {
  const shell = useShell()
  return (
    <Section title={t('keyboard.title')}>
      <label class="choice">
        <input
          type="checkbox"
          role="switch"
          aria-checked={shell.singleKeys()}
          aria-describedby="single-keys-hint"
          checked={shell.singleKeys()}
          onChange={(event) => shell.setSingleKeys(event.currentTarget.checked)}
        />
        {t('keyboard.single')}
      </label>
      <p class="field-hint" id="single-keys-hint">
        {t('keyboard.singleHint')}
      </p>
      <div>
        <Button look="outline" icon="keyboard" onClick={() => shell.open({ kind: 'keys' })}>
          {t('keyboard.list')}
        </Button>
      </div>
    </Section>
  )
}

function Account() {
  const session = useSession()
  return (
    <Section title={t('account.title')}>
      <p class="muted">{t('account.signOutText', { email: session.user()?.email ?? '' })}</p>
      <div class="settings-actions">
        <A class="button outline" href={paths.security()}>
          <Icon name="lock" />
          <span class="button-label">{t('account.security')}</span>
        </A>
        <A class="button outline" href={paths.notificationSettings()}>
          <Icon name="bell" />
          <span class="button-label">{t('account.notifications')}</span>
        </A>
        <A class="button outline" href={paths.device()}>
          <Icon name="cloud" />
          <span class="button-label">{t('account.device')}</span>
        </A>
        <A class="button outline" href={paths.account()}>
          <Icon name="archive" />
          <span class="button-label">{t('account.data')}</span>
        </A>
        <Button look="outline" icon="logOut" onClick={() => void session.signOut()}>
          {t('account.signOut')}
        </Button>
      </div>
    </Section>
  )
}
