import { A, useSearchParams } from '@solidjs/router'
import { onCleanup, Show } from 'solid-js'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths, safeNext } from '../paths.ts'
import { useSession } from '../session.ts'
import { Card } from './Card.tsx'
import { en } from './en.ts'
import { ProviderButtons } from './ProviderButtons.tsx'
import { SignInForm } from './SignInForm.tsx'

const t = textsOf(en)

export default function LoginPage() {
  const session = useSession()
  const [search] = useSearchParams<{ next?: string }>()
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
      <SignInForm next={next()} />
      <Show when={!session.halfway()}>
        <A class="link" href={paths.reset()}>
          {t('login.forgot')}
        </A>
        <ProviderButtons next={next()} />
      </Show>
    </Card>
  )
}
