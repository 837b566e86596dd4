import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Card } from '../session/Card.tsx'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { createProof } from './proof.tsx'
import { createSecurity } from './security.ts'
import { TwoStep } from './TwoStep.tsx'
import './security.css'

const t = textsOf(en)

/** Instead of a workspace whose policy asks for a second step that this person does not have yet. */
export default function NeedsSecondStep() {
  const workspace = useWorkspace()
  const session = useSession()
  const proof = createProof()
  const security = createSecurity(proof.withProof)
  const others = () => (workspace.all() ?? []).filter((row) => !row.needs_mfa)
  return (
    <Card title={t('needed.title', { workspace: workspace.name() })}>
      <p>{t('needed.text')}</p>
      <TwoStep security={security} />
      <Show when={security.apps()?.length}>
        <Button look="primary" class="wide" onClick={() => void workspace.reload()}>
          {t('needed.continue', { workspace: workspace.name() })}
        </Button>
      </Show>
      <For each={others()}>
        {(row) => (
          <Button look="outline" class="wide" onClick={() => workspace.enter(row.id)}>
            {t('needed.other', { workspace: row.name })}
          </Button>
        )}
      </For>
      <Button class="wide" onClick={() => void session.signOut()}>
        {t('needed.signOut')}
      </Button>
      <proof.Dialog />
    </Card>
  )
}
