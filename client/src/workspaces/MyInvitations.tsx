import { useNavigate } from '@solidjs/router'
import { createResource, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { OpenInvitationRow } from '../rows.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { useWorkspace } from './workspaces.ts'
import './myInvitations.css'

const t = textsOf(en)

/** The open invitations to this person's address, each with its way in. */
export function MyInvitations() {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const [joining, setJoining] = createSignal<string>()
  // A list that cannot be read is no reason to keep anybody from the form.
  const [invitations] = createResource(() => rpc<OpenInvitationRow[]>('my_invitations').catch(() => []))

  async function join(invitation: OpenInvitationRow) {
    setJoining(invitation.id)
    try {
      const joined = await rpc<string>('accept_my_invitation', { invitation_id: invitation.id })
      await workspace.reloadAll()
      workspace.enter(joined)
      navigate(paths.home())
    } catch (error) {
      toast(sentenceOf(error))
    } finally {
      setJoining(undefined)
    }
  }

  return (
    <Show when={invitations.latest?.length}>
      <section class="invited" aria-label={t('setup.invitations')}>
        <h2>{t('setup.invitations')}</h2>
        <For each={invitations.latest}>
          {(invitation) => (
            <div class="invited-row">
              <p>
                {t('setup.invitedBy', {
                  who: invitation.invited_by_name ?? common.somebody,
                  role: common.roles[invitation.role],
                })}
              </p>
              <Button look="primary" busy={joining() === invitation.id} onClick={() => void join(invitation)}>
                {t('setup.join', { name: invitation.workspace_name })}
              </Button>
            </div>
          )}
        </For>
      </section>
    </Show>
  )
}
