import type { Row } from '../../../sql/types.gen.ts'
import type { ContentNode, Written } from '../islands/contract.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { byPlace } from './order.ts'

/** A task in lists; its description is read with the task itself. */
export type TaskRow = Omit<Row<'tasks'>, 'description' | 'checklist'> & { checklist: CheckItem[] }
export type FullTask = TaskRow & { description: string }
export type StatusRow = Row<'task_statuses'>
export type LabelRow = Row<'task_labels'>
export type ActivityRow = Row<'task_activity'>
export type CommentRow = Omit<Row<'task_comments'>, 'content'> & { content: ContentNode | null }
export interface CheckItem {
  id: string
  text: string
  done: boolean
}
/** What people change of a task. */
export type TaskChange = Partial<
  Pick<
    FullTask,
    | 'title'
    | 'description'
    | 'status_id'
    | 'priority'
    | 'start_on'
    | 'due_on'
    | 'due_at'
    | 'estimate'
    | 'labels'
    | 'checklist'
    | 'parent_id'
    | 'position'
    | 'archived_at'
    | 'trashed_at'
  >
>
export type NewTask = Omit<TaskChange, 'title' | 'archived_at' | 'trashed_at'> & { assignees?: string[]; message_id?: string }

export const stages = ['todo', 'doing', 'done', 'cancelled'] as const
export type Stage = (typeof stages)[number]

const columns =
  'id,workspace_id,space_id,number,title,status_id,priority,start_on,due_on,due_at,estimate,assignees,labels,checklist,parent_id,position,created_by,created_at,updated_at,closed_at,archived_at,trashed_at,message_id'
/** PostgREST gives at most this many rows at once. */
const pageRows = 1000

export interface Board {
  key: string
  statuses: StatusRow[]
  labels: LabelRow[]
}

export async function readBoard(space: string): Promise<Board & { last: number }> {
  const [boards, statuses, labels] = await Promise.all([
    rows<{ key: string; last_number: number }[]>(rest.from('task_boards').select('key,last_number').eq('space_id', space)),
    rows<StatusRow[]>(rest.from('task_statuses').select('*').eq('space_id', space)),
    rows<LabelRow[]>(rest.from('task_labels').select('*').eq('space_id', space).order('name')),
  ])
  return { key: boards[0]?.key ?? '', last: boards[0]?.last_number ?? 0, statuses: statuses.toSorted(byPlace), labels }
}

/** The tasks of a board that are not put away. Numbers rise without end, so the pages are read side by side. */
export async function readTasks(space: string, last: number): Promise<TaskRow[]> {
  const pages = Array.from({ length: Math.max(1, Math.ceil(last / pageRows)) }, (_, page) =>
    rows<TaskRow[]>(
      rest
        .from('tasks')
        .select(columns)
        .eq('space_id', space)
        .is('trashed_at', null)
        .is('archived_at', null)
        .gt('number', page * pageRows)
        .lte('number', (page + 1) * pageRows),
    ),
  )
  return (await Promise.all(pages)).flat()
}

export const readPutAway = (space: string, where: 'archived_at' | 'trashed_at'): Promise<TaskRow[]> => {
  const put = rest.from('tasks').select(columns).eq('space_id', space).not(where, 'is', null)
  return rows<TaskRow[]>((where === 'archived_at' ? put.is('trashed_at', null) : put).order(where, { ascending: false }).limit(pageRows))
}

export async function readTask(id: string): Promise<FullTask | undefined> {
  const [task] = await rows<FullTask[]>(rest.from('tasks').select('*').eq('id', id))
  return task
}

/** The task `KEY-123` of a workspace; push messages and mails name it by its id. */
export async function readTaskByKey(workspace: string, key: string): Promise<FullTask | undefined> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) return readTask(key)
  const [, board, number] = /^([A-Z][A-Z0-9]{0,9})-(\d{1,9})$/i.exec(key) ?? []
  if (!board) return undefined
  const [found] = await rows<{ space_id: string }[]>(
    rest.from('task_boards').select('space_id').eq('workspace_id', workspace).eq('key', board.toUpperCase()),
  )
  if (!found) return undefined
  const [task] = await rows<FullTask[]>(rest.from('tasks').select('*').eq('space_id', found.space_id).eq('number', Number(number)))
  return task
}

export const readActivity = (task: string): Promise<ActivityRow[]> =>
  rows<ActivityRow[]>(rest.from('task_activity').select('*').eq('task_id', task).order('id', { ascending: false }).limit(100))

export const readComments = (task: string): Promise<CommentRow[]> =>
  rows<CommentRow[]>(rest.from('task_comments').select('*').eq('task_id', task).order('created_at').order('id').limit(pageRows))
export const sayOfTask = (id: string, task: string, said: Written) => rpc<CommentRow>('comment_on_task', { id, task_id: task, ...said })
export const editComment = (id: string, said: Written) => rpc<CommentRow>('edit_task_comment', { id, ...said })
export const deleteComment = (id: string) => rpc<CommentRow>('delete_task_comment', { id })

export const watchesTask = (task: string) => rpc<boolean>('watches_task', { task_id: task })
export const watchTask = (task: string, watched: boolean) =>
  rpc('set_notification_level', { object_type: 'task', object_id: task, level: watched ? 'all' : 'mentions' })
/** What one was told of a task is read with it. */
export const seeTask = (task: string) => rpc('mark_object_read', { object_type: 'task', object_id: task })

export interface TaskSourceRow {
  id: string
  room_id: string
  author_id: string | null
  bot_name: string | null
  room: Pick<Row<'rooms'>, 'name' | 'people'>
}

/** The message of which a task was made, when the reader may see it and it was not deleted. */
export async function readSource(message: string): Promise<TaskSourceRow | undefined> {
  const [found] = await rows<Omit<TaskSourceRow, 'room'>[]>(
    rest.from('messages').select('id,room_id,author_id,bot_name').eq('id', message).is('deleted_at', null),
  )
  if (!found) return undefined
  const [room] = await rows<TaskSourceRow['room'][]>(rest.from('rooms').select('name,people').eq('id', found.room_id))
  return room && { ...found, room }
}

/** What a task waits for, and what waits for it. */
export async function readWaits(task: string): Promise<{ waitsFor: string[]; blocks: string[] }> {
  const found = await rows<{ task_id: string; blocked_by: string }[]>(
    rest.from('task_dependencies').select('task_id,blocked_by').or(`task_id.eq.${task},blocked_by.eq.${task}`),
  )
  return {
    waitsFor: found.filter((row) => row.task_id === task).map((row) => row.blocked_by),
    blocks: found.filter((row) => row.blocked_by === task).map((row) => row.task_id),
  }
}

export const createTask = (id: string, space: string, title: string, fields: NewTask) =>
  rpc<FullTask>('create_task', { id, space_id: space, title, fields })

/** Changes columns of tasks; resolves to the tasks that it changed, which are fewer where the right to do so is gone. */
export const updateTasks = (ids: readonly string[], change: TaskChange): Promise<TaskRow[]> =>
  rows<TaskRow[]>(rest.from('tasks').update(change).in('id', ids).select(columns))

/** What is changed of many tasks in one step; people and labels one at a time. */
export type TasksChange = Pick<TaskChange, 'status_id' | 'priority' | 'due_on' | 'due_at' | 'archived_at' | 'trashed_at'> &
  Partial<Record<'assign' | 'unassign' | 'label' | 'unlabel', string>>
/** The most tasks that one step may change. */
export const mostTasks = 1000

/** Changes tasks, all or none. */
export const changeTasks = (ids: readonly string[], changes: TasksChange): Promise<TaskRow[]> =>
  rows<TaskRow[]>(rest.rpc('change_tasks', { task_ids: ids, changes }).select(columns))

export const assignTask = (task: string, person: string, assigned: boolean) =>
  rpc('assign_task', { task_id: task, user_id: person, assigned })
export const labelTask = (task: string, label: string, labelled: boolean) => rpc('label_task', { task_id: task, label_id: label, labelled })
export const setWait = (task: string, other: string, waits: boolean) =>
  rpc('set_task_dependency', { task_id: task, blocked_by: other, waits })
export const readMyTasks = (workspace: string) => rpc<TaskRow[]>('my_tasks', { workspace_id: workspace })

/** Makes a label; two people who make one of the same name at once have one. */
export async function createLabel(space: string, name: string, hue: number): Promise<LabelRow> {
  const [made] = await rows<LabelRow[]>(
    rest.from('task_labels').insert({ id: crypto.randomUUID(), space_id: space, name, hue }).select('*'),
  )
  if (!made) throw new Error('The label was made and not answered')
  return made
}
