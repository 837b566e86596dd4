import { A } from '@solidjs/router'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { en } from './en.ts'
import { Page } from './Page.tsx'

const t = textsOf(en)

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <Page title={t('notFound')}>
      <EmptyState icon="search" title={t('notFoundTitle')} text={t('notFoundText')}>
        <A class="button outline" href={paths.home()}>
          {t('goHome')}
        </A>
      </EmptyState>
    </Page>
  )
}

/** Something that does not exist or that this person may not see: which of the two is not said. */
export function NoAccess() {
  const session = useSession()
  return (
    <Page title={t('noAccessTitle')}>
      <EmptyState icon="lock" title={t('noAccessTitle')} text={t('noAccessText', { email: session.user()?.email ?? '' })}>
        <A class="button outline" href={paths.home()}>
          {t('goHome')}
        </A>
      </EmptyState>
    </Page>
  )
}
