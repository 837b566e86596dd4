import { For, Match, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { ContentNode } from '../islands/contract.ts'
import { rest, rows } from '../supabase.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { dialogsEn } from './dialogsEn.ts'
import { MessageContent } from './MessageContent.tsx'
import type { MessageRow } from './messageLog.ts'
import { fullTime } from './time.ts'

const t = textsOf(dialogsEn)

interface Version {
  edited_at: string
  text: string | null
  content: ContentNode | null
}

/** What a message said before it was edited, the newest version first. */
export default function VersionsDialog(props: { row: MessageRow; onClose(): void }) {
  const versions = createLoad(
    () => props.row.id,
    (id) =>
      rows<Version[]>(
        rest.from('message_edits').select('edited_at,text,content').eq('message_id', id).order('edited_at', { ascending: false }),
      ),
  )
  return (
    <Dialog title={dialogsEn.versionsTitle} closeLabel={common.close} onClose={() => props.onClose()}>
      <Switch fallback={<Skeleton lines={4} />}>
        <Match when={versions.error()}>
          <p role="alert">{sentenceOf(versions.error())}</p>
        </Match>
        <Match when={versions.value()}>
          {(found) => (
            <ol class="versions">
              <li>
                <h3>{dialogsEn.versionsNow}</h3>
                <MessageContent text={props.row.text ?? ''} content={props.row.content} />
              </li>
              <For each={found()} fallback={<li class="muted">{dialogsEn.versionsNone}</li>}>
                {(version) => (
                  <li>
                    <h3>{t('versionsUntil', { when: fullTime(version.edited_at) })}</h3>
                    <MessageContent text={version.text ?? ''} content={version.content} />
                  </li>
                )}
              </For>
            </ol>
          )}
        </Match>
      </Switch>
    </Dialog>
  )
}
