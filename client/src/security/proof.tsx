import { createSignal, Show } from 'solid-js'
import { ProblemError } from '../errors.ts'
import { ProveDialog } from './ProveDialog.tsx'

/** Where the server wants to know again who it is, the person proves it, and what was asked is asked once more. */
export function createProof() {
  const [waiting, setWaiting] = createSignal<(isProved: boolean) => void>()

  async function withProof<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'reauthentication_needed') throw error
      const isProved = await new Promise<boolean>((answer) => setWaiting(() => answer))
      setWaiting(undefined)
      if (!isProved) throw error
      return ask()
    }
  }

  return {
    withProof,
    /** Stands beside what asks, never inside its form. */
    Dialog: () => (
      <Show when={waiting()}>
        <ProveDialog onProved={() => waiting()?.(true)} onClose={() => waiting()?.(false)} />
      </Show>
    ),
  }
}

export type WithProof = ReturnType<typeof createProof>['withProof']
