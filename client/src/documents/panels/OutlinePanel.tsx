import { createEffect, createSignal, Index, onCleanup, Show } from 'solid-js'
import { formatNumber, plural, textsOf } from '../../i18n.ts'
import type { EditorHandle, Outline } from '../../islands/contract.ts'
import { IconButton } from '../../ui/Button.tsx'
import { pageEn as en } from '../pageEn.ts'
import { PanelFrame, type PanelProps } from './PanelFrame.tsx'
import './outlinePanel.css'

const t = textsOf(en)

type Count = Parameters<Parameters<EditorHandle['watchCount']>[0]>[0]

/** Words that a person reads in a minute. */
const readingSpeed = 230

/** The headings of the page as a way through it, and how long the page is. */
export default function OutlinePanel(props: PanelProps) {
  const [outline, setOutline] = createSignal<Outline>({ headings: [], current: -1 })
  const [count, setCount] = createSignal<Count>()
  createEffect(() => {
    const editor = props.editor
    if (!editor) return
    onCleanup(editor.watchOutline(setOutline))
    onCleanup(editor.watchCount(setCount))
  })
  const go = (index: number) => {
    // A sheet covers what it leads to; and there the caret would call the keyboard of the phone.
    const covers = matchMedia('(width < 40rem)').matches
    props.editor?.goToHeading(index, !covers)
    if (covers) props.onClose()
  }
  return (
    <PanelFrame title={en.outline.title} onClose={() => props.onClose()}>
      <nav class="outline" aria-label={en.outline.title}>
        <Show when={outline().headings.length > 0} fallback={<p class="muted">{en.outline.empty}</p>}>
          <ol>
            {/* By place: a heading that is being typed keeps its row, and the row its focus. */}
            <Index each={outline().headings}>
              {(heading, index) => (
                <li>
                  <button
                    type="button"
                    dir="auto"
                    style={{ '--level': heading().level - 1 }}
                    aria-current={outline().current === index ? 'location' : undefined}
                    onClick={() => go(index)}
                  >
                    {heading().text || en.outline.untitled}
                  </button>
                  <Show when={heading().linkable}>
                    <IconButton
                      icon="link"
                      label={t('outline.copyLink', { heading: heading().text || en.outline.untitled })}
                      onClick={() => props.editor?.linkToHeading(index)}
                    />
                  </Show>
                </li>
              )}
            </Index>
          </ol>
        </Show>
      </nav>
      <Show when={count()}>{(found) => <Length count={found()} />}</Show>
    </PanelFrame>
  )
}

function Length(props: { count: Count }) {
  const of = (part: number | undefined, whole: number) =>
    part === undefined ? formatNumber(whole) : t('outline.partOf', { part: formatNumber(part), whole: formatNumber(whole) })
  const minutes = () => Math.max(1, Math.round((props.count.selection ?? props.count.text).words / readingSpeed))
  return (
    <dl class="text-length">
      <div>
        <dt>{en.outline.words}</dt>
        <dd>{of(props.count.selection?.words, props.count.text.words)}</dd>
      </div>
      <div>
        <dt>{en.outline.characters}</dt>
        <dd>{of(props.count.selection?.characters, props.count.text.characters)}</dd>
      </div>
      <div>
        <dt>{en.outline.readingTime}</dt>
        <dd>
          {t('outline.minutes', {
            minutes: formatNumber(minutes()),
            word: plural(minutes(), { one: en.outline.minute, other: en.outline.minutesWord }),
          })}
        </dd>
      </div>
    </dl>
  )
}
