import { A, useNavigate, useParams } from '@solidjs/router'
import { createResource, type JSX, Match, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { isMissing, sentenceOf } from '../errors.ts'
import { longDate, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { InvitationPreviewRow } from '../rows.ts'
import { Card } from '../session/Card.tsx'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { rememberWorkspace } from './workspaces.ts'

const t = textsOf(en)

/** Where the link of an invitation leads, signed in or not. */
export default function InvitePage() {
  const session = useSession()
  const params = useParams<{ token: string }>()
  const [preview, { refetch }] = createResource(
    () => params.token,
    async (token) => {
      try {
        const [found] = await rpc<InvitationPreviewRow[]>('invitation_preview', { token })
        return { found }
      } catch (error) {
        return { error }
      }
    },
  )
  const found = () => preview.latest?.found
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
      <Show
        when={found()}
        fallback={
          <Problem text={!problem() || isMissing(problem()) ? t('invite.missing') : sentenceOf(problem())}>
            <Show when={problem() && !isMissing(problem())}>
              <Button look="primary" onClick={() => void refetch()}>
                {common.retry}
              </Button>
            </Show>
          </Problem>
        }
      >
        {(invitation) => <Invitation token={params.token} invitation={invitation()} onChanged={() => void refetch()} />}
      </Show>
    </Show>
  )
}

function Problem(props: { text: string; children?: JSX.Element }) {
  return (
    <Card title={t('invite.problemTitle')}>
      <p>{props.text}</p>
      {props.children}
      <A class="button outline" href={paths.home()}>
        {t('invite.home')}
      </A>
    </Card>
  )
}

interface InvitationProps {
  token: string
  invitation: InvitationPreviewRow
  onChanged(): void
}

function Invitation(props: InvitationProps) {
  const session = useSession()
  const who = () => props.invitation.invited_by_name ?? common.somebody
  const names = () => ({ who: who(), workspace: props.invitation.workspace_name, role: common.roles[props.invitation.role] })
  const here = () => paths.invite(props.token)
  // A link is for whoever has it.
  const email = () => props.invitation.email
  const isForMe = () => email() === null || session.user()?.email.toLowerCase() === email()?.toLowerCase()
  const signUp = () => (email() ? `${paths.signup(here())}&email=${encodeURIComponent(email() ?? '')}` : paths.signup(here()))

  return (
    <Switch>
      <Match when={props.invitation.state === 'expired'}>
        <Problem text={t('invite.expired', { who: who() })} />
      </Match>
      <Match when={props.invitation.state === 'revoked'}>
        <Problem text={t('invite.revoked', { who: who() })} />
      </Match>
      <Match when={props.invitation.state === 'accepted'}>
        <Problem text={email() === null ? t('invite.usedUp', { who: who() }) : t('invite.accepted')} />
      </Match>
      <Match when={true}>
        <Card title={t('invite.title', names())}>
          <p>{t('invite.text', names())}</p>
          <Switch>
            <Match when={!session.user()}>
              <Show when={email()}>{(address) => <p class="muted">{t('invite.forEmail', { email: address() })}</p>}</Show>
              <A class="button primary wide" href={signUp()}>
                {t('invite.signUp')}
              </A>
              <A class="button outline wide" href={paths.login(here())}>
                {t('invite.signIn')}
              </A>
            </Match>
            <Match when={isForMe()}>
              <Accept {...props} />
            </Match>
            <Match when={true}>
              <p class="form-error">{t('invite.wrongAccount', { email: email() ?? '', current: session.user()?.email ?? '' })}</p>
              <Button look="outline" class="wide" onClick={() => void session.signOut(here())}>
                {t('invite.switch')}
              </Button>
            </Match>
          </Switch>
          <p class="field-hint">{t('invite.until', { date: longDate(props.invitation.expires_at) })}</p>
        </Card>
      </Match>
    </Switch>
  )
}

function Accept(props: InvitationProps) {
  const session = useSession()
  const navigate = useNavigate()
  const submit = createSubmit(sentenceOf)
  const workspace = () => props.invitation.workspace_name

  async function accept(form: HTMLElement) {
    const isIn = await submit.run(form, {}, async () => {
      const joined = await rpc<string>('accept_invitation', { token: props.token })
      const person = session.user()
      if (person) rememberWorkspace(person.id, joined)
    })
    if (isIn) {
      toast(t('invite.joined', { workspace: workspace() }))
      navigate(paths.home(), { replace: true })
    } else props.onChanged()
  }

  return (
    <>
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Button look="primary" class="wide" busy={submit.busy()} onClick={(event) => void accept(event.currentTarget)}>
        {t('invite.accept', { workspace: workspace() })}
      </Button>
    </>
  )
}
