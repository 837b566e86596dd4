import { For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { longDate, plural, relativeTime, textsOf } from '../i18n.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import type { Asked } from './ApplyDialog.tsx'
import { en } from './en.ts'
import type { Link, Sharing } from './sharing.ts'

const t = textsOf(en)

/** The links by which whoever has one comes to a page or room. */
export function ShareLinks(props: { sharing: Sharing; onNew(): void; onAsk(asked: Asked): void }) {
  const workspace = useWorkspace()
  const maker = (link: Link) => ({ name: workspace.nameOf(link.created_by ?? '') ?? common.somebody, when: relativeTime(link.created_at) })

  const remove = (link: Link) =>
    props.onAsk({
      title: t('links.deleteTitle'),
      text: t('links.deleteText'),
      action: t('links.deleteAction'),
      change: 'delete_link',
      args: { link_id: link.id },
      onApply: async () => {
        await props.sharing.deleteLink(link)
        toast(t('links.deleted'))
      },
    })

  return (
    <section aria-label={t('links.title')}>
      <div class="share-head">
        <h3 class="grow">{t('links.title')}</h3>
        <Button look="outline" icon="link" onClick={() => props.onNew()}>
          {t('links.new')}
        </Button>
      </div>
      <Show when={props.sharing.links().length > 0} fallback={<p class="muted">{t('links.none')}</p>}>
        <ul class="share-list">
          <For each={props.sharing.links()}>
            {(link) => (
              <li>
                <Icon name="link" />
                <div class="share-person">
                  <strong>{link.object_type === 'file' ? t(`links.files.${kindOf(link)}`) : common.roles[link.role]}</strong>
                  <div class="muted">{[...limits(link), t('links.madeBy', maker(link))].join(' · ')}</div>
                </div>
                <IconButton icon="trash" label={t('links.delete', maker(link))} onClick={() => remove(link)} />
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

const kindOf = (link: Link) => (link.uploads ? 'drop' : link.downloads ? 'save' : 'look')

/** "with password", "until 3 March 2027", "opened 3 times" */
function limits(link: Link): string[] {
  const found: string[] = []
  if (link.has_password) found.push(t('links.withPassword'))
  if (link.expires_at) {
    const isOver = new Date(link.expires_at).getTime() < Date.now()
    found.push(t(isOver ? 'links.over' : 'links.until', { date: longDate(link.expires_at) }))
  }
  if (link.object_type === 'file') found.push(plural(link.visits, en.links.visits).replace('{{ count }}', String(link.visits)))
  return found
}
