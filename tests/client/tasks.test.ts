import { expect, test } from 'vitest'
import { addDays, daysBetween, isOverdue } from '../../client/src/tasks/days.ts'
import { parseQuickAdd, type Typed } from '../../client/src/tasks/quickAdd.ts'
import type { TaskRow } from '../../client/src/tasks/tasks.ts'
import { filterTasks, groupTasks, viewOf } from '../../client/src/tasks/view.ts'

// A Monday at noon.
const now = new Date(2026, 10, 23, 12, 0)
const people = [
  { id: 'a', name: 'Ann Lee' },
  { id: 'b', name: 'Bo Okafor' },
  { id: 'z', name: 'Zoë Ünal' },
]
const labels = [{ id: 'l1', name: 'Bug' }]
const parse = (line: string) => parseQuickAdd(line, { me: 'a', people, labels, now })
const told = ({ title, assignees, labels, newLabels, priority, due_on, due_at }: Typed) =>
  [
    title,
    ...assignees.map(({ name }) => `@${name}`),
    ...labels.map(({ name }) => `#${name}`),
    ...newLabels.map((name) => `+${name}`),
    ...(priority ? [`!${priority}`] : []),
    ...(due_on ? [due_on] : []),
    ...(due_at ? [new Date(due_at).toTimeString().slice(0, 5)] : []),
  ].join(' | ')

// biome-ignore format: the table is the specification
test.for([
  ['Fix login @Bo #bug !high tomorrow 5pm', 'Fix login | @Bo Okafor | #Bug | !3 | 2026-11-24 | 17:00'],
  ['Buy milk', 'Buy milk'],
  ['@me @ann call them', 'call them | @Ann Lee'],
  ['@AnnLee and @unal', 'and | @Ann Lee | @Zoë Ünal'],
  ['@zoe hears', 'hears | @Zoë Ünal'],
  ['@nobody comes', '@nobody comes'],
  ['a #New #new b', 'a b | +New'],
  ['Ticket #12 and C# and a@b.example', 'Ticket #12 and C# and a@b.example'],
  ['Urgent!urgent !urgent !4', 'Urgent!urgent | !4'],
  ['Ship it! !loud', 'Ship it! !loud'],
  ['Report today', 'Report | 2026-11-23'],
  ['Report on Friday', 'Report | 2026-11-27'],
  ['Report monday', 'Report | 2026-11-30'],
  ['Report in 3 days', 'Report | 2026-11-26'],
  ['Report in 2 weeks', 'Report | 2026-12-07'],
  ['Report next week', 'Report | 2026-11-30'],
  ['Report next month', 'Report | 2026-12-23'],
  ['Party 24 Dec', 'Party | 2026-12-24'],
  ['Party December 24, 2027', 'Party | 2027-12-24'],
  ['Party 3 March', 'Party | 2027-03-03'],
  ['Party 31 Feb', 'Party 31 Feb'],
  ['Party 2026-12-01', 'Party | 2026-12-01'],
  ['Party 2026-02-30', 'Party 2026-02-30'],
  ['Call at 9:30', 'Call | 2026-11-24 | 09:30'],
  ['Call at 13:15', 'Call | 2026-11-23 | 13:15'],
  ['Call 12am friday', 'Call | 2026-11-27 | 00:00'],
  ['Call 25:00 or 13pm', 'Call 25:00 or 13pm'],
  ['Meet at the sun in may', 'Meet at the sun in may'],
  ['Read "today is the day" tomorrow', 'Read today is the day | 2026-11-24'],
  ['today tomorrow', 'tomorrow | 2026-11-23'],
  ['   ', ''],
] as const)('[TASKUI1] %s', ([line, expected]) => {
  expect(told(parse(line))).toBe(expected)
})

test('[TASKUI1] a month later is a day that there is, and words that nobody has are told', () => {
  const typed = parseQuickAdd('Report next month', { me: 'a', people, labels, now: new Date(2027, 0, 31) })
  expect(typed.due_on).toBe('2027-02-28')
  expect(parse('@nobody').unknown).toEqual(['nobody'])
})

test('[TASKUI2] days are counted across a change of the clock and the year', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
})

test('[TASKUI2] a day is late when it is over, a moment when it is past, and nothing that is closed', () => {
  const due = (due_on: string | null, due_at: string | null, closed_at: string | null = null) =>
    isOverdue({ due_on, due_at, closed_at }, now)
  expect([due('2026-11-22', null), due('2026-11-23', null), due(null, null)]).toEqual([true, false, false])
  const at = (hour: number) => new Date(2026, 10, 23, hour).toISOString()
  expect([due('2026-11-23', at(11)), due('2026-11-23', at(13)), due('2026-11-22', null, at(1))]).toEqual([true, false, false])
})

const task = (number: number, more: Partial<TaskRow> = {}) =>
  ({
    id: String(number),
    number,
    title: `Task ${number}`,
    status_id: 's1',
    priority: 0,
    due_on: null,
    due_at: null,
    assignees: [],
    labels: [],
    position: 'a0',
    closed_at: null,
    archived_at: null,
    trashed_at: null,
    ...more,
  }) as unknown as TaskRow

test('[TASKUI3] the address says which tasks are shown, and nonsense in it changes nothing', () => {
  const tasks = [
    task(1, { title: 'Réparer', assignees: ['a'], labels: ['l1'], priority: 3, due_on: '2026-11-23' }),
    task(2, { due_on: '2026-11-20' }),
    task(3, { closed_at: new Date(now.getTime() - 20 * 86_400_000).toISOString() }),
    task(4, { closed_at: now.toISOString(), position: 'Zz' }),
    task(5, { archived_at: now.toISOString() }),
  ]
  const found = (search: Record<string, string>) => filterTasks(tasks, viewOf(search), 'a', 'GEN', now).map(({ number }) => number)
  expect(found({})).toEqual([4, 1, 2])
  expect(found({ closed: 'all' })).toEqual([4, 1, 2, 3])
  expect(found({ q: 'REPARER' })).toEqual([1])
  expect(found({ q: 'gen-2' })).toEqual([2])
  expect([found({ who: 'me' }), found({ who: 'a' }), found({ who: 'none' })]).toEqual([[1], [1], [4, 2]])
  expect([found({ label: 'l1' }), found({ priority: '3' }), found({ priority: '0' })]).toEqual([[1], [1], [4, 2]])
  expect([found({ due: 'today' }), found({ due: 'overdue' }), found({ due: 'none' }), found({ due: 'week' })]).toEqual([[1], [2], [4], [1]])
  expect(found({ sort: 'due' })).toEqual([2, 1, 4])
  expect(viewOf({ view: 'x', sort: 'x', group: 'x' })).toEqual(viewOf({}))
})

test('[TASKUI3] tasks stand under what the view groups by, with two people twice', () => {
  const names = {
    statuses: [{ id: 's1', name: 'To do' }] as never,
    labels: [],
    people,
    priorities: ['none'],
    nobody: 'Nobody',
    noLabel: 'No label',
    due: { overdue: 'Late', today: 'Today', week: 'Week', later: 'Later', none: 'None' },
  }
  const tasks = [task(1, { assignees: ['a', 'b'] }), task(2, { due_on: '2026-11-20' }), task(3, { due_on: '2027-11-20' })]
  const groups = (group: string) =>
    groupTasks(tasks, viewOf({ group }), names, now).map(({ name, tasks }) => `${name}: ${tasks.map(({ number }) => number)}`)
  expect(groups('who')).toEqual(['Ann Lee: 1', 'Bo Okafor: 1', 'Nobody: 2,3'])
  expect(groups('due')).toEqual(['Late: 2', 'Later: 3', 'None: 1'])
  expect(groups('status')).toEqual(['To do: 1,2,3'])
})
