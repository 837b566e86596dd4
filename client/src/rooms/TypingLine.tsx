import { textsOf } from '../i18n.ts'
import { en } from './en.ts'

const t = textsOf(en)

/** Who types. Its line is always there, so that nothing jumps. */
export function TypingLine(props: { names: string[] }) {
  const sentence = () => {
    const [first, second] = props.names
    if (!first) return ''
    if (!second) return t('typingOne', { name: first })
    return props.names.length === 2 ? t('typingTwo', { first, second }) : en.typingMany
  }
  return (
    <p class="typing-line" aria-live="polite">
      {sentence()}
    </p>
  )
}
