import type { JSX } from 'solid-js'
import { Button } from '../ui/Button.tsx'
import { boardEn } from './boardEn.ts'

interface NewLineProps {
  label: string
  /** What the button does, for who does not see where it stands. */
  action: string
  children?: JSX.Element
  /** Resolves to whether it was added; then the field is empty for the next one. */
  onAdd(name: string): Promise<boolean>
}

/** The line that adds one more. */
export function NewLine(props: NewLineProps) {
  let field!: HTMLInputElement
  async function add() {
    const name = field.value.trim()
    field.focus()
    if (name && (await props.onAdd(name)) && field.value.trim() === name) field.value = ''
  }
  return (
    <form
      class="board-line"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <input ref={field} name="name" autocomplete="off" dir="auto" maxLength={40} aria-label={props.label} placeholder={props.label} />
      {props.children}
      <Button type="submit" look="outline" icon="plus" aria-label={props.action}>
        {boardEn.add}
      </Button>
    </form>
  )
}
