import { useNavigate } from '@solidjs/router'
import { createResource, createSignal, For, Show } from 'solid-js'
import type { Result } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { OpenInvitationRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { useWorkspace } from './workspaces.ts'
import './myInvitations.css'

const t = textsOf(en)
/** So many at most on a page that is about something else. */
const offeredOnce = 3

type Joinable = Result<'joinable_workspaces'>[number]

/** The open invitations to this person's address, and the workspaces that he may join by it, each with its way in.
 *  @param props.once whether what was waved away before stays away */
export function MyInvitations(props: { once?: boolean }) {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const session = useSession()
  const [joining, setJoining] = createSignal<string>()
  // A list that cannot be read is no reason to keep anybody from the form.
  const [invitations] = createResource(() => rpc<OpenInvitationRow[]>('my_invitations').catch(() => []))

  const [joinable] = createResource(() => rpc<Joinable[]>('joinable_workspaces').catch(() => []))
  const memory = (id: string) => `atrium.not-joined.${session.user()?.id}.${id}`
  const [waved, setWaved] = createSignal<readonly string[]>([])
  const offered = () =>
    (joinable.latest ?? [])
      .filter(({ id }) => !waved().includes(id) && !(props.once && remembered(memory(id))))
      .slice(0, props.once ? offeredOnce : undefined)

  function wave({ id }: Joinable) {
    remember(memory(id), 'yes')
    setWaved([...waved(), id])
  }

  async function enter(id: string, ask: () => Promise<string>) {
    setJoining(id)
    try {
      const joined = await ask()
      await workspace.reloadAll()
      workspace.enter(joined)
      navigate(paths.home())
    } catch (error) {
      toast(sentenceOf(error))
    } finally {
      setJoining(undefined)
    }
  }

  const accept = ({ id }: OpenInvitationRow) => enter(id, () => rpc<string>('accept_my_invitation', { invitation_id: id }))
  const join = ({ id }: Joinable) => enter(id, () => rpc<string>('join_workspace', { workspace_id: id }))

  return (
    <>
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
                <Button look="primary" busy={joining() === invitation.id} onClick={() => void accept(invitation)}>
                  {t('setup.join', { name: invitation.workspace_name })}
                </Button>
              </div>
            )}
          </For>
        </section>
      </Show>
      <Show when={offered().length}>
        <section class="invited" aria-label={t('setup.joinable')}>
          <h2>{t('setup.joinable')}</h2>
          <For each={offered()}>
            {(workspace) => (
              <div class="invited-row">
                <p>{t('setup.joinableAs', { name: workspace.name, role: common.roles[workspace.role] })}</p>
                <div class="invited-actions">
                  <Show when={props.once}>
                    <Button look="quiet" onClick={() => wave(workspace)}>
                      {t('setup.notNow')}
                    </Button>
                  </Show>
                  <Button look={props.once ? 'outline' : 'primary'} busy={joining() === workspace.id} onClick={() => void join(workspace)}>
                    {t('setup.join', { name: workspace.name })}
                  </Button>
                </div>
              </div>
            )}
          </For>
        </section>
      </Show>
    </>
  )
}
