import { createEffect, createSignal, on } from 'solid-js'
import { rest, rows, rpc } from '../supabase.ts'
import type { MenuItem } from '../ui/Menu.tsx'
import { attempt } from './actions.ts'
import { pageEn } from './pageEn.ts'

type Level = 'all' | 'mentions' | 'nothing'

/** The menu's entries for how much somebody wants to hear of an open page. Who made it watches it, unless he has chosen otherwise. */
export function createWatching(id: () => string) {
  const [known, setKnown] = createSignal<{ id: string; level: Level | null }>()

  async function read(): Promise<void> {
    const page = id()
    const [row] = await rows<{ level: Level }[]>(
      rest.from('notification_levels').select('level').eq('object_type', 'document').eq('object_id', page),
    )
    setKnown({ id: page, level: row?.level ?? null })
  }
  async function choose(level: Level | null): Promise<void> {
    const page = id()
    await rpc('set_notification_level', { object_type: 'document', object_id: page, level })
    setKnown({ id: page, level })
  }

  createEffect(on(id, () => void read().catch(() => {}))) // The choice works without it.

  /** Until the answer is there nothing is marked as chosen. */
  return (): MenuItem[] => {
    const now = known()
    const level = now?.id === id() ? now.level : undefined
    const choice = (label: string, value: Level): MenuItem => ({
      label,
      checked: level === value,
      // What is chosen already is taken back.
      onSelect: () => void attempt(label, () => choose(level === value ? null : value)),
    })
    return [choice(pageEn.watch, 'all'), choice(pageEn.mute, 'nothing')]
  }
}
