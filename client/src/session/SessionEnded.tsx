import { useLocation } from '@solidjs/router'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { en } from './en.ts'
import { SignInForm } from './SignInForm.tsx'

const t = textsOf(en)

/** Over the page, which keeps what was typed: signing in goes on in place. */
export function SessionEnded() {
  const session = useSession()
  const location = useLocation()
  return (
    <Dialog title={t('ended.title')} onClose={() => {}}>
      <p>{t('ended.text')}</p>
      <SignInForm email={session.user()?.email ?? ''} next={location.pathname} />
      <Button onClick={() => void session.signOut()}>{t('ended.other')}</Button>
    </Dialog>
  )
}
