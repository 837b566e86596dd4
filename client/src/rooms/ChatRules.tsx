import { createSignal, Show } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import { sentenceOf } from '../errors.ts'
import { plural, textsOf } from '../i18n.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Select } from '../ui/Field.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { outsideEn as en } from './outsideEn.ts'
import './outside.css'

const t = textsOf(en)
type Rules = Pick<Row<'chat_rules'>, 'room_id' | 'keep_days' | 'link_previews'>
const offeredDays = [7, 30, 90, 180, 365, 730]

const daysOf = (count: number | null) =>
  count === null ? en.keepForEver : plural(count, { one: en.keepDaysOne, other: t('keepDays', { count }) })
const choiceOf = (previews: boolean) => (previews ? en.previewsOn : en.previewsOff)

/** How long messages stay and whether links are previewed: in one room, or in the whole workspace. */
export default function ChatRules(props: { workspaceId: string; roomId: string | null }) {
  const [version, setVersion] = createSignal(0)
  const [asked, setAsked] = createSignal<number>()
  const [problem, setProblem] = createSignal('')
  const rules = createLoad(
    () => [props.workspaceId, props.roomId, version()] as const,
    async ([workspace, room]) => {
      const found = await rows<Rules[]>(rest.from('chat_rules').select('room_id,keep_days,link_previews').eq('workspace_id', workspace))
      const none = { room_id: null, keep_days: null, link_previews: null }
      return { all: found.find((row) => row.room_id === null) ?? none, own: found.find((row) => row.room_id === room) ?? none }
    },
  )
  async function save(change: Partial<Rules>) {
    const own = rules.value()?.own
    const { keep_days = null, link_previews = null } = { ...own, ...change }
    setAsked(undefined)
    setProblem('')
    try {
      if (props.roomId) await rpc('set_room_chat_rules', { room_id: props.roomId, keep_days, link_previews })
      else await rpc('set_workspace_chat_rules', { workspace_id: props.workspaceId, keep_days, link_previews: link_previews ?? true })
      toast(en.saved)
    } catch (error) {
      setProblem(sentenceOf(error))
    }
    setVersion(version() + 1)
  }
  const chooseDays = (value: string) => {
    // What deletes is asked about first.
    if (value) setAsked(Number(value))
    else void save({ keep_days: null })
  }
  const days = (known: number | null) =>
    [...new Set([...offeredDays, ...(known === null ? [] : [known])])].sort((one, other) => one - other)

  return (
    <div class="outside">
      <p class="form-error" role="alert">
        {problem() || (rules.error() ? sentenceOf(rules.error()) : '')}
      </p>
      <Show when={rules.value()} keyed fallback={rules.error() ? null : <Skeleton lines={3} />}>
        {({ all, own }) => (
          <>
            <div>
              <Select
                label={en.keep}
                name="keep"
                value={String(own.keep_days ?? '')}
                options={[
                  { value: '', label: props.roomId ? t('keepAsWorkspace', { days: daysOf(all.keep_days) }) : en.keepForEver },
                  ...days(own.keep_days)
                    // A longer time than the workspace's would say what does not hold.
                    .filter((count) => !props.roomId || all.keep_days === null || count <= all.keep_days)
                    .map((count) => ({ value: String(count), label: daysOf(count) })),
                ]}
                onChange={chooseDays}
              />
              <p class="field-hint">
                {en.keepHint} {props.roomId ? en.keepHintRoom : ''}
              </p>
            </div>
            <div>
              <Select
                label={en.previews}
                name="previews"
                value={own.link_previews === null && props.roomId ? '' : String(own.link_previews !== false)}
                options={[
                  ...(props.roomId
                    ? [{ value: '', label: t('previewsAsWorkspace', { choice: choiceOf(all.link_previews !== false) }) }]
                    : []),
                  { value: 'true', label: en.previewsOn },
                  { value: 'false', label: en.previewsOff },
                ]}
                onChange={(value) => void save({ link_previews: value === '' ? null : value === 'true' })}
              />
              <p class="field-hint">{en.previewsHint}</p>
            </div>
          </>
        )}
      </Show>
      <Show when={asked()} keyed>
        {(count) => (
          <ConfirmDialog
            title={t('keepSure', { days: daysOf(count) })}
            action={en.keepSureAction}
            cancel={en.cancel}
            onClose={() => setAsked(undefined)}
            onConfirm={() => void save({ keep_days: count })}
          >
            <p>{en.keepSureText}</p>
          </ConfirmDialog>
        )}
      </Show>
    </div>
  )
}
