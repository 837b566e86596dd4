import { A, Navigate, useNavigate, useSearchParams } from '@solidjs/router'
import { Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Card } from '../session/Card.tsx'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './en.ts'
import { MyInvitations } from './MyInvitations.tsx'
import { useWorkspace } from './workspaces.ts'

const t = textsOf(en)

/** The first thing a new person sees: the workspaces that invited him, and a form for one of his own. */
export default function SetupPage() {
  const session = useSession()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const [search] = useSearchParams<{ new?: string }>()
  const submit = createSubmit<'name'>(sentenceOf)
  // Made once, so that sending again after a lost answer does not make a second workspace.
  const id = crypto.randomUUID()

  function create(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    return submit.run(form, { name: !name && t('setup.nameMissing') }, async () => {
      await rpc('create_workspace', { id, name })
      await workspace.reloadAll()
      workspace.enter(id)
      navigate(paths.home())
    })
  }

  return (
    <Show when={search.new !== undefined || !workspace.all()?.length} fallback={<Navigate href={paths.home()} />}>
      <Card
        title={t('setup.title')}
        foot={
          <Show when={workspace.name()} fallback={<Button onClick={() => void session.signOut()}>{t('setup.signOut')}</Button>}>
            {(name) => (
              <A class="link" href={paths.home()}>
                {t('setup.back', { name: name() })}
              </A>
            )}
          </Show>
        }
      >
        <MyInvitations />
        <form
          class="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void create(event.currentTarget)
          }}
        >
          <p>{t('setup.text')}</p>
          <p class="form-error" role="alert">
            {submit.problem()}
          </p>
          <Field
            label={t('setup.name')}
            hint={t('setup.nameHint')}
            name="name"
            autocomplete="organization"
            required
            maxLength={80}
            error={submit.errorOf('name')}
          />
          <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
            {t('setup.submit')}
          </Button>
        </form>
      </Card>
    </Show>
  )
}
