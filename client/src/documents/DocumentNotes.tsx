import { Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { DocumentRow } from '../rows.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './actions.ts'
import { useDocuments } from './documents.ts'
import { pageEn } from './pageEn.ts'

const t = textsOf(pageEn)

/** What a reader should know of a page before its text: that it is locked, or a template. */
export function DocumentNotes(props: { document: DocumentRow }) {
  const documents = useDocuments()
  const workspace = useWorkspace()
  const locker = () => workspace.nameOf(props.document.locked_by ?? '')
  const unlock = () => void attempt(pageEn.unlock, () => documents.lock(props.document.id, false))
  return (
    <>
      <Show when={props.document.locked_at}>
        <p class="document-note">
          <Icon name="lock" />
          <span class="grow">{locker() ? t('lockedBy', { name: locker() ?? '' }) : pageEn.locked}</span>
          <Show when={documents.mayEdit(props.document)}>
            <Button look="outline" onClick={unlock}>
              {pageEn.unlock}
            </Button>
          </Show>
        </p>
      </Show>
      <Show when={props.document.is_template}>
        <p class="document-note">
          <Icon name="template" />
          <span class="grow">{pageEn.templateNote}</span>
        </p>
      </Show>
    </>
  )
}
