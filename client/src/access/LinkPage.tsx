import { A, useNavigate, useParams } from '@solidjs/router'
import { createEffect, createResource, createSignal, type JSX, Match, on, Show, Switch } from 'solid-js'
import type { Result } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { isMissing, ProblemError, sentenceOf } from '../errors.ts'
import { longDate, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Card } from '../session/Card.tsx'
import { readSignInSettings } from '../session/providers.ts'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { PasswordField } from '../ui/Field.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './en.ts'

const t = textsOf(en)
type Preview = Result<'link_preview'>[number]
type LinkRole = keyof typeof en.link.text
const kindOf = ({ object_type }: Preview) => (object_type === 'room' ? 'room' : 'document')

/** `/l/:token`: where a shared link leads. Who is signed in, and knows the password where there is one, goes on to the page or room. */
export default function LinkPage() {
  const session = useSession()
  const params = useParams<{ token: string }>()
  const [preview, { refetch }] = createResource(
    () => params.token,
    async (token) => {
      try {
        const [found] = await rpc<Preview[]>('link_preview', { token })
        // Files are shown by the server, to everybody alike.
        if (found?.object_type === 'file') location.replace(`${paths.link(token)}/read`)
        return { found }
      } catch (error) {
        return { error }
      }
    },
  )
  const problem = () => preview.latest?.error

  return (
    <Show
      when={session.ready() && preview.latest}
      fallback={
        <Card title="Atrium">
          <Skeleton lines={3} />
        </Card>
      }
    >
      <Show when={preview.latest?.found} fallback={<Problem error={problem()} onRetry={() => void refetch()} />}>
        {(found) => (
          <Switch>
            <Match when={!session.user()}>
              <SignInFirst preview={found()} token={params.token} />
            </Match>
            <Match when={session.user()}>
              <Open preview={found()} token={params.token} />
            </Match>
          </Switch>
        )}
      </Show>
    </Show>
  )
}

/** Gone, expired, or not to be reached. */
function Problem(props: { error: unknown; onRetry(): void }) {
  const isExpired = () => props.error instanceof ProblemError && props.error.code === 'link_expired'
  const isGone = () => props.error === undefined || isMissing(props.error)
  return (
    <Card title={t('link.problemTitle')}>
      <p>{isExpired() ? t('link.expired') : isGone() ? t('link.missing') : sentenceOf(props.error)}</p>
      <Show when={!isExpired() && !isGone()}>
        <Button look="primary" onClick={() => props.onRetry()}>
          {common.retry}
        </Button>
      </Show>
      <A class="button outline" href={paths.home()}>
        {t('link.home')}
      </A>
    </Card>
  )
}

function Frame(props: { preview: Preview; children: JSX.Element }) {
  const role = () => (props.preview.role === 'commenter' && kindOf(props.preview) === 'room' ? 'editor' : props.preview.role) as LinkRole
  return (
    <Card title={t(`link.title.${kindOf(props.preview)}`)}>
      <p>{t(`link.text.${role()}`)}</p>
      {props.children}
      <Show when={props.preview.expires_at}>{(at) => <p class="field-hint">{t('link.until', { date: longDate(at()) })}</p>}</Show>
    </Card>
  )
}

function SignInFirst(props: { preview: Preview; token: string }) {
  const here = () => paths.link(props.token)
  // A link to a page is no invitation: where one is needed, it would lead to a refusal.
  const [settings] = createResource(() => readSignInSettings().catch(() => undefined))
  return (
    <Frame preview={props.preview}>
      <A class="button primary wide" href={paths.login(here())}>
        {t('link.signIn')}
      </A>
      <Show when={settings.latest?.sign_up !== 'invited'}>
        <A class="button outline wide" href={paths.signup(here())}>
          {t('link.signUp')}
        </A>
      </Show>
      {/* No page of the client, so no link of its router. */}
      <a class="button quiet wide" href={`${here()}/read`} rel="external">
        {t('link.read')}
      </a>
    </Frame>
  )
}

function Open(props: { preview: Preview; token: string }) {
  const navigate = useNavigate()
  const submit = createSubmit<'password'>(sentenceOf)
  const [refused, setRefused] = createSignal<string>()
  const [gone, setGone] = createSignal<unknown>()

  /** Goes on to the page, or says why not. */
  async function open(password: string | null): Promise<void> {
    setRefused(undefined)
    try {
      const [answer] = await rpc<Result<'open_link'>>('open_link', { token: props.token, password })
      if (answer?.state === 'open' && answer.object_id)
        navigate(answer.object_type === 'room' ? paths.room(answer.object_id) : paths.document(answer.object_id), { replace: true })
      else setRefused(answer?.state)
    } catch (error) {
      // It was deleted or ran out while somebody looked for its password.
      setGone(error)
    }
  }

  createEffect(on([() => props.token, () => props.preview.has_password], ([, asks]) => !asks && void open(null)))

  async function send(form: HTMLFormElement) {
    const password = textOf(form, 'password')
    await submit.run(form, { password: !password && t('link.passwordMissing') }, () => open(password))
    if (refused()) form.querySelector('input')?.select()
  }
  const passwordError = () => submit.errorOf('password') ?? (refused() === 'password_wrong' ? t('link.passwordWrong') : undefined)

  return (
    <Show when={!gone()} fallback={<Problem error={gone()} onRetry={() => setGone(undefined)} />}>
      <Frame preview={props.preview}>
        <Show
          when={props.preview.has_password}
          fallback={
            <p class="muted" role="status">
              {t('link.opening')}
            </p>
          }
        >
          <form
            class="form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault()
              void send(event.currentTarget)
            }}
          >
            <p class="form-error" role="alert">
              {submit.problem() ?? (refused() === 'too_many_attempts' ? t('link.tooMany') : undefined)}
            </p>
            <PasswordField
              label={t('link.password')}
              hint={t('link.passwordHint')}
              name="password"
              autocomplete="off"
              required
              maxLength={72}
              showLabel={t('links.show')}
              hideLabel={t('links.hide')}
              error={passwordError()}
            />
            <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
              {t(`link.open.${kindOf(props.preview)}`)}
            </Button>
          </form>
        </Show>
      </Frame>
    </Show>
  )
}
