import { For } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import type { InvitationRow } from '../rows.ts'
import { rpc } from '../supabase.ts'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'

const t = textsOf(en)

/** Invitations that nobody has accepted yet. */
export function Invitations(props: { invitations: readonly InvitationRow[]; onChanged(): void }) {
  async function tell(text: string, ask: () => Promise<unknown>) {
    try {
      await ask()
      toast(text)
    } catch (error) {
      toast(sentenceOf(error))
    }
    props.onChanged()
  }

  const resend = ({ workspace_id, email, role }: InvitationRow) =>
    tell(t('invitations.resent', { email }), () => rpc('invite_member', { workspace_id, email, role }))
  const revoke = ({ id, email }: InvitationRow) =>
    tell(t('invitations.revoked', { email }), () => rpc('revoke_invitation', { invitation_id: id }))

  return (
    <section class="section">
      <h2>{t('invitations.title')}</h2>
      <ul class="people">
        <For each={props.invitations}>
          {(invitation) => (
            <li class="person">
              <span class="person-mail">
                <Icon name="mail" />
              </span>
              <div class="person-text">
                <div class="ellipsis" title={invitation.email}>
                  {invitation.email}
                </div>
                <div class="muted">{expiry(invitation)}</div>
              </div>
              <span class="person-role muted">{common.roles[invitation.role]}</span>
              <Menu
                label={t('invitations.more', { email: invitation.email })}
                iconOnly
                triggerClass="button icon-only person-more"
                trigger={<Icon name="more" />}
                items={[
                  { label: t('invitations.resend'), icon: 'send', onSelect: () => void resend(invitation) },
                  { label: t('invitations.revoke'), icon: 'trash', danger: true, onSelect: () => void revoke(invitation) },
                ]}
              />
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}

function expiry(invitation: InvitationRow): string {
  const isOver = new Date(invitation.expires_at).getTime() < Date.now()
  return t(isOver ? 'invitations.expired' : 'invitations.expires', { when: relativeTime(invitation.expires_at) })
}
