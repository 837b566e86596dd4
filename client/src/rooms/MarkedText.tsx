import { For } from 'solid-js'

/** A snippet with what was found in it; the marks are [first character, how many], as the server counts characters. */
export function MarkedText(props: { text: string; marks: readonly (readonly [number, number])[] }) {
  const pieces = () => {
    const characters = [...props.text]
    const cut: { text: string; found: boolean }[] = []
    let at = 0
    for (const [first, count] of props.marks) {
      cut.push(
        { text: characters.slice(at, first).join(''), found: false },
        { text: characters.slice(first, first + count).join(''), found: true },
      )
      at = first + count
    }
    cut.push({ text: characters.slice(at).join(''), found: false })
    return cut
  }
  return (
    <p class="message-text" dir="auto">
      <For each={pieces()}>{(piece) => (piece.found ? <mark>{piece.text}</mark> : piece.text)}</For>
    </p>
  )
}
