import { For } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, relativeTime, textsOf } from '../i18n.ts'
import type { InvitationLinkRow } from '../rows.ts'
import { rpc } from '../supabase.ts'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { useWorkspace } from './workspaces.ts'

const t = textsOf(en)

/** Links by which people join, without those that were taken back. */
export function InvitationLinks(props: { links: readonly InvitationLinkRow[]; onChanged(): void }) {
  const workspace = useWorkspace()

  async function revoke(link: InvitationLinkRow) {
    try {
      await rpc('revoke_invitation_link', { link_id: link.id })
      toast(t('links.revoked'))
    } catch (error) {
      toast(sentenceOf(error))
    }
    props.onChanged()
  }

  const maker = (link: InvitationLinkRow) =>
    t('links.madeBy', { name: workspace.nameOf(link.invited_by ?? '') ?? common.somebody, when: relativeTime(link.created_at) })

  return (
    <section class="section">
      <h2>{t('links.title')}</h2>
      <ul class="people">
        <For each={props.links}>
          {(link) => (
            <li class="person">
              <span class="person-mail">
                <Icon name="link" />
              </span>
              <div class="person-text">
                <div>{capacity(link)}</div>
                <div class="muted">
                  {history(link)} · {maker(link)}
                </div>
              </div>
              <span class="person-role muted">{common.roles[link.role]}</span>
              <Menu
                label={t('links.more', { role: common.roles[link.role], when: relativeTime(link.created_at) })}
                iconOnly
                triggerClass="button icon-only person-more"
                trigger={<Icon name="more" />}
                items={[{ label: t('links.revoke'), icon: 'trash', danger: true, onSelect: () => void revoke(link) }]}
              />
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}

/** "For 3 more people" */
function capacity({ uses, max_uses }: InvitationLinkRow): string {
  if (max_uses === null) return t('links.anyNumber')
  const left = max_uses - uses
  if (left <= 0) return t('links.usedUp')
  return plural(left, { one: t('links.usesLeft.one'), other: t('links.usesLeft.other', { count: left }) })
}

/** "2 have joined · Expires in 6 days" */
function history({ uses, expires_at }: InvitationLinkRow): string {
  const isOver = new Date(expires_at).getTime() < Date.now()
  const joined = uses > 0 && plural(uses, { one: t('links.joined.one'), other: t('links.joined.other', { count: uses }) })
  const expiry = t(isOver ? 'invitations.expired' : 'invitations.expires', { when: relativeTime(expires_at) })
  return [joined, expiry].filter(Boolean).join(' · ')
}
