import type { Mutation } from './overlay.ts'

type Queue = (mutations: readonly Mutation[]) => Promise<void> | undefined

let queue: Queue | undefined

/** Says what takes changes while others wait; it answers with nothing while none does. */
export function queueBehind(take: Queue): void {
  queue = take
}

/** Asks the server. Changes for which it is not reached wait on this device, and so do those that come after others that wait: sent at
 *  once, they would arrive first and be undone.
 *  @returns the server's answer; undefined for what waits
 *  @throws {ProblemError} what the server refused */
export async function ask<Answer>(run: () => Promise<Answer>, ...mutations: Mutation[]): Promise<Answer | undefined> {
  const queued = queue?.(mutations)
  if (queued) {
    await queued
    return undefined
  }
  try {
    return await run()
  } catch (error) {
    const { later } = await import('./later.ts')
    await later(error, mutations)
    return undefined
  }
}
