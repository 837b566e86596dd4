import { createMemo, createSignal } from 'solid-js'
import type { TaskRow } from './tasks.ts'

/** The tasks that are chosen to be changed together. What filters hide is left alone.
 *  @param shown the tasks in the order of the page */
export function createSelection(shown: () => readonly TaskRow[]) {
  const [ids, setIds] = createSignal<ReadonlySet<string>>(new Set())
  /** Where a range begins, and what was chosen before it. */
  let anchor = ''
  let before: ReadonlySet<string> = new Set()

  const chosen = createMemo(() => {
    if (ids().size === 0) return []
    // One that is being made has no number yet; under two labels a task stands twice.
    return [...new Set(shown())].filter((task) => task.number > 0 && ids().has(task.id))
  })
  const has = (id: string) => ids().has(id)

  function set(next: ReadonlySet<string>, from = '') {
    anchor = from
    before = next
    setIds(next)
  }

  function toggle(id: string) {
    const next = new Set(ids())
    if (!next.delete(id)) next.add(id)
    set(next, id)
  }

  /** Chooses everything from where the range began to this one. */
  function extend(id: string) {
    const order = shown().map((task) => task.id)
    const [from, to] = [order.indexOf(anchor), order.indexOf(id)]
    if (from < 0) return set(new Set([...ids(), id]), id)
    setIds(new Set([...before, ...order.slice(Math.min(from, to), Math.max(from, to) + 1)]))
  }

  const clear = () => set(new Set())

  /** X chooses the task that has the focus, Shift with an arrow its neighbour too, Ctrl+A all; Escape lets go. */
  function onKeyDown(event: KeyboardEvent & { currentTarget: HTMLElement }) {
    const target = event.target as HTMLElement
    if (event.defaultPrevented || event.altKey || target.closest('[popover]')) return
    const id = target.closest<HTMLElement>('[data-task]')?.dataset.task
    const isCommand = event.ctrlKey || event.metaKey
    if (event.key === 'Escape' && ids().size > 0) clear()
    else if (!id) return
    else if (isCommand && event.key.toLowerCase() === 'a') set(new Set(shown().map((task) => task.id)), id)
    else if (isCommand) return
    else if (event.key.toLowerCase() === 'x' && !event.shiftKey) toggle(id)
    else if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      if (!has(id)) toggle(id)
      const next = shown()[shown().findIndex((task) => task.id === id) + (event.key === 'ArrowDown' ? 1 : -1)]
      if (next) {
        extend(next.id)
        event.currentTarget.querySelector<HTMLElement>(`[data-task="${next.id}"] a`)?.focus()
      }
    } else return
    event.preventDefault()
  }

  /** Shift with a click on a task chooses up to it, where the link would open a window. */
  function onClick(event: MouseEvent) {
    const id = (event.target as Element).closest('a')?.closest<HTMLElement>('[data-task]')?.dataset.task
    if (!id || !event.shiftKey) return
    event.preventDefault()
    getSelection()?.removeAllRanges()
    extend(id)
  }

  return { chosen, has, toggle, extend, clear, onKeyDown, onClick }
}

export type Selection = ReturnType<typeof createSelection>
