import { ProblemError } from '../errors.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { boardEn } from './boardEn.ts'
import type { LabelRow, Stage, StatusRow } from './tasks.ts'

/** Without the right to change a row, the server changes none and says nothing. */
async function changed(answer: Promise<unknown[]>): Promise<void> {
  if ((await answer).length === 0) throw new ProblemError(403, 'board_refused', boardEn.refused)
}

export const addStatus = (space: string, status: { name: string; stage: Stage; position: string }) =>
  changed(
    rows<StatusRow[]>(
      rest
        .from('task_statuses')
        .insert({ id: crypto.randomUUID(), space_id: space, ...status })
        .select('id'),
    ),
  )
export const changeStatus = (id: string, change: Partial<Pick<StatusRow, 'name' | 'stage' | 'position'>>) =>
  changed(rows<StatusRow[]>(rest.from('task_statuses').update(change).eq('id', id).select('id')))
export const deleteStatus = (id: string, moveTo: string) => rpc('delete_task_status', { status_id: id, move_to: moveTo })

export const changeLabel = (id: string, change: Partial<Pick<LabelRow, 'name' | 'hue'>>) =>
  changed(rows<LabelRow[]>(rest.from('task_labels').update(change).eq('id', id).select('id')))
export const deleteLabel = (id: string) => rpc('delete_task_label', { label_id: id })

/** Resolves to the key as the server writes it. */
export async function changeKey(space: string, key: string): Promise<string> {
  const found = await rows<{ key: string }[]>(rest.from('task_boards').update({ key }).eq('space_id', space).select('key'))
  await changed(Promise.resolve(found))
  return found[0]?.key ?? key
}
