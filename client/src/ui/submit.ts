import { createSignal } from 'solid-js'

/** The state of a form: one sending at a time, what is wrong with each field, and what the server said.
 *  @param sentenceOf says an error in the reader's language */
export function createSubmit<Name extends string>(sentenceOf: (error: unknown) => string) {
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const [fieldErrors, setFieldErrors] = createSignal<Partial<Record<Name, string>>>({})

  return {
    busy,
    /** What the server refused, as a sentence. */
    problem,
    errorOf: (name: Name) => fieldErrors()[name],

    /** Checks the fields, moves the focus to the first wrong one, or else sends. Resolves to whether it was sent and accepted. */
    async run(form: HTMLElement, errors: Partial<Record<Name, string | false>>, send: () => Promise<unknown>): Promise<boolean> {
      if (busy()) return false
      const wrong = Object.entries<string | false | undefined>(errors).filter((entry): entry is [Name, string] => Boolean(entry[1]))
      setFieldErrors(() => Object.fromEntries(wrong) as Partial<Record<Name, string>>)
      setProblem(undefined)
      if (wrong[0]) {
        form.querySelector<HTMLElement>(`[name="${wrong[0][0]}"]`)?.focus()
        return false
      }
      setBusy(true)
      try {
        await send()
        return true
      } catch (error) {
        setProblem(sentenceOf(error))
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}

/** A field's text, as it was typed. */
export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name)
  return typeof value === 'string' ? value : ''
}
