import { A, useSearchParams } from '@solidjs/router'
import { createSignal, onCleanup, Show } from 'solid-js'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths, safeNext } from '../paths.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from './Card.tsx'
import { en } from './en.ts'
import { MailSignIn } from './MailSignIn.tsx'
import { ProviderButtons } from './ProviderButtons.tsx'
import { SignInForm } from './SignInForm.tsx'

const t = textsOf(en)

export default function LoginPage() {
  const session = useSession()
  const [search] = useSearchParams<{ next?: string }>()
  const [byMail, setByMail] = createSignal(false)
  const next = () => safeNext(search.next)
  onCleanup(session.forgetLinkProblem)

  return (
    <Card
      title={t(session.halfway() ? 'second.title' : 'login.title')}
      foot={
        <Show when={!session.halfway()}>
          {t('login.noAccount')}{' '}
          <A class="link" href={paths.signup(next())}>
            {t('login.signup')}
          </A>
        </Show>
      }
    >
      <Show when={session.linkProblem()}>
        {(code) => (
          <p class="form-error" role="alert">
            {sentenceOf(new ProblemError(403, code(), ''))}
          </p>
        )}
      </Show>
      <Show when={byMail() && !session.halfway()} fallback={<SignInForm next={next()} />}>
        <MailSignIn next={next()} onOther={() => setByMail(false)} />
      </Show>
      <Show when={!session.halfway() && !byMail()}>
        <Button look="outline" onClick={() => setByMail(true)}>
          {t('login.byMail')}
        </Button>
        <A class="link" href={paths.reset()}>
          {t('login.forgot')}
        </A>
        <ProviderButtons next={next()} />
      </Show>
    </Card>
  )
}
