import { textsOf } from '../i18n.ts'
import { Page } from '../shell/Page.tsx'
import { en } from './en.ts'
import { InviteButton, Members } from './Members.tsx'

const t = textsOf(en)

/** `/people`: everybody of the workspace, for everybody. */
export default function PeoplePage() {
  return (
    <Page title={t('people.title')} actions={<InviteButton />}>
      <div class="page">
        <Members />
      </div>
    </Page>
  )
}
