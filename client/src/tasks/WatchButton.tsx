import { createEffect, createSignal, on, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { watchesTask, watchTask } from './tasks.ts'

const t = textsOf(en)

/** Whether somebody hears of a task. Who made it, is to do it or spoke does, until he says otherwise. */
export function WatchButton(props: { task: string; version: number }) {
  const [watched, setWatched] = createSignal<boolean>()
  let asked = 0
  createEffect(
    on([() => props.task, () => props.version], ([task]) => {
      const turn = ++asked
      watchesTask(task).then(
        (found) => turn === asked && setWatched(found),
        () => {}, // The button stays away.
      )
    }),
  )
  async function choose(next: boolean) {
    asked++
    setWatched(next)
    try {
      await watchTask(props.task, next)
    } catch (error) {
      setWatched(!next)
      toast(t('notDone', { action: en.watching, reason: sentenceOf(error) }))
    }
  }
  return (
    <Show when={watched() !== undefined}>
      <IconButton
        icon={watched() ? 'bell' : 'bellOff'}
        label={watched() ? en.unwatch : en.watch}
        aria-pressed={watched()}
        onClick={() => void choose(!watched())}
      />
    </Show>
  )
}
