import { For } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { rpc } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './notificationsEn.ts'

const t = textsOf(en)
const levels = ['all', 'mentions', 'nothing'] as const

interface LevelSelectProps {
  /** What it is the level of. */
  label: string
  objectType: 'workspace' | 'space' | 'room' | 'document'
  objectId: string
  /** Null: nothing of its own, so the next wider rule counts. */
  level: string | null
  onChange(level: string | null): void
}

/** How much somebody wants to hear of one thing. */
export function LevelSelect(props: LevelSelectProps) {
  async function choose(next: string | null) {
    const before = props.level
    props.onChange(next)
    try {
      await rpc('set_notification_level', { object_type: props.objectType, object_id: props.objectId, level: next })
    } catch (error) {
      props.onChange(before)
      toast(sentenceOf(error))
    }
  }
  return (
    <select
      class="level-select"
      aria-label={`${t('level.title')}: ${props.label}`}
      value={props.level ?? ''}
      onChange={(event) => void choose(event.currentTarget.value || null)}
    >
      <option value="">{t('level.usual')}</option>
      <For each={levels}>{(level) => <option value={level}>{t(`level.${level}`)}</option>}</For>
    </select>
  )
}
