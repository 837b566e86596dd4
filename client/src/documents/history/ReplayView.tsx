import { createEffect, createMemo, createSignal, on, onCleanup, Show } from 'solid-js'
import type { HistoryNode, Replay } from '../../../../hocuspocus-server/src/history/answers.ts'
import { textsOf } from '../../i18n.ts'
import { Button, IconButton } from '../../ui/Button.tsx'
import { historyEn as en } from './en.ts'
import { dateAndClock, usePeople } from './historyPeople.ts'
import { VersionBlocks } from './VersionBlocks.tsx'

const t = textsOf(en)
/** The whole replay takes no longer than some ten seconds, and a step no shorter than can be seen. */
const wholeMs = 12_000
const shortestStepMs = 80
const longestStepMs = 900

interface Frame {
  blocks: HistoryNode[]
  at: string
  authors: (string | null)[]
  /** The first block that changed. */
  index: number | undefined
}

/** How a page came to be, step by step. */
export function ReplayView(props: { documentId: string; replay: Replay; mayRestore: boolean; onRestore(at: string): void }) {
  const people = usePeople()
  const frames = createMemo(() => framesOf(props.replay))
  const last = () => frames().length - 1
  const [position, setPosition] = createSignal(0)
  const [playing, setPlaying] = createSignal(false)
  createEffect(on(frames, () => setPosition(last())))
  const frame = () => frames()[Math.min(position(), last())] as Frame
  const label = () => t('moment', { time: dateAndClock(frame().at), names: people.namesOf(frame().authors) || en.nobody })

  createEffect(() => {
    if (!playing()) return
    const stepMs = Math.min(longestStepMs, Math.max(shortestStepMs, wholeMs / Math.max(1, last())))
    const timer = setInterval(() => {
      if (position() >= last()) setPlaying(false)
      else setPosition(position() + 1)
    }, stepMs)
    onCleanup(() => clearInterval(timer))
  })
  const toggle = () => {
    if (!playing() && position() >= last()) setPosition(0)
    setPlaying(!playing())
  }
  return (
    <>
      <div class="replay-bar">
        <IconButton icon={playing() ? 'pause' : 'play'} label={playing() ? en.pause : en.play} onClick={toggle} />
        <input
          type="range"
          class="grow"
          min={0}
          max={last()}
          value={position()}
          aria-label={en.position}
          aria-valuetext={label()}
          onInput={(event) => {
            setPlaying(false)
            setPosition(event.currentTarget.valueAsNumber)
          }}
        />
        <Show when={props.mayRestore}>
          <Button look="outline" icon="undo" onClick={() => props.onRestore(frame().at)}>
            {en.restoreMoment}
          </Button>
        </Show>
        <p class="replay-label">{last() === 0 ? en.noSteps : label()}</p>
      </div>
      <VersionBlocks
        documentId={props.documentId}
        nodes={frame().blocks}
        label={label()}
        nameOf={people.nameOf}
        current={playing() || position() < last() ? frame().index : undefined}
      />
    </>
  )
}

/** Blocks that did not change are the same objects in all frames, so that only the others are drawn again. */
function framesOf({ start, steps, from }: Replay): Frame[] {
  let blocks = start
  const frames: Frame[] = [{ blocks, at: from, authors: [], index: undefined }]
  for (const { at, authors, index, remove, insert } of steps) {
    blocks = blocks.toSpliced(index, remove, ...insert)
    frames.push({ blocks, at, authors, index: blocks.length === 0 ? undefined : Math.min(index, blocks.length - 1) })
  }
  return frames
}
