import { A } from '@solidjs/router'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Page } from '../shell/Page.tsx'
import { Icon } from '../ui/Icon.tsx'
import { en } from './accountEn.ts'
import { DeleteAccount } from './DeleteAccount.tsx'
import { ExportData } from './ExportData.tsx'
import './settings.css'
import './account.css'

const t = textsOf(en)

/** `/settings/account`: taking along what is one's own, and leaving for good. */
export default function AccountPage() {
  return (
    <Page
      title={t('title')}
      before={
        <A class="button quiet" href={paths.settings()}>
          <Icon name="gear" />
          <span class="button-label">{t('back')}</span>
        </A>
      }
    >
      <div class="page page-narrow settings">
        <ExportData />
        <DeleteAccount />
      </div>
    </Page>
  )
}
