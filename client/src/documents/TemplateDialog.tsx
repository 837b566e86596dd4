import { createMemo, createSignal, For } from 'solid-js'
import { en as common } from '../en.ts'
import type { DocumentRow } from '../rows.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt, titleOf } from './actions.ts'
import { useDocuments } from './documents.ts'
import { en } from './en.ts'
import { pageEn } from './pageEn.ts'

/** Asks which template a new page begins with. */
export function TemplateDialog(props: { spaceId: string; onMade(id: string): void; onClose(): void }) {
  const workspace = useWorkspace()
  const documents = useDocuments()
  const [busy, setBusy] = createSignal(false)
  const templates = createMemo(() =>
    workspace
      .documents()
      .filter((document) => document.is_template)
      .sort((left, right) => titleOf(left).localeCompare(titleOf(right))),
  )
  const choose = async (template: DocumentRow) => {
    setBusy(true)
    await attempt(en.newPage, async () => props.onMade((await documents.createFromTemplate(template, props.spaceId)).id))
    setBusy(false)
  }
  return (
    <Dialog title={pageEn.fromTemplate} closeLabel={common.close} onClose={() => props.onClose()}>
      <ul class="move-list" aria-busy={busy()}>
        <For each={templates()} fallback={<li class="muted">{pageEn.noTemplates}</li>}>
          {(template) => (
            <li>
              <button type="button" class="move-place" disabled={busy()} onClick={() => void choose(template)}>
                <span class="tree-icon" aria-hidden="true">
                  {template.icon ?? <Icon name="template" />}
                </span>
                <span class="grow ellipsis" dir="auto">
                  {titleOf(template)}
                </span>
                <small>{workspace.space(template.space_id)?.name}</small>
              </button>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  )
}
