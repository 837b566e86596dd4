import { createEffect, createRoot, on } from 'solid-js'
import { queueBehind } from './ask.ts'
import type { PageOf } from './background.ts'
// What keeps and sends changes is loaded by now: without network it could not be fetched any more.
import { keep } from './later.ts'
import './mutations.ts'
import { isMutation } from './overlay.ts'
import { outboxOf } from './waiting.ts'

/** Makes this browser a device of a person: the client is kept on it, what could not be sent waits on it, and he hears what became of that.
 *  @param readAgain reads what is shown again: what was painted is sent, or refused
 *  @param pageOf a page of the lists */
export function startDevice(person: string, readAgain: () => void, pageOf: PageOf): () => void {
  const background = import('./background.ts')
  background.then((module) => module.startBackground(person, pageOf)).catch(() => {})
  return createRoot((stop) => {
    const outbox = outboxOf(person)
    const mine = () => outbox.entries().filter(isMutation)
    const waits = () => mine().some(({ problem }) => problem === null)
    queueBehind((mutations) => (waits() ? keep(person, mutations) : undefined))
    const problems = () => mine().filter(({ problem }) => problem !== null).length
    createEffect(
      on(problems, (now, before = 0) => {
        if (now <= before) return
        background.then((module) => module.tellRefused()).catch(() => {})
        readAgain()
      }),
    )
    createEffect(
      on(
        () => mine().length,
        (now, before = 0) => now < before && readAgain(),
      ),
    )
    // Something that only this device has: the browser shall not clear it away.
    createEffect(() => {
      if (outbox.entries().length > 0) void navigator.storage?.persist?.()
    })
    return stop
  })
}
