import { createEffect, createSignal, For, onCleanup, Show } from 'solid-js'
import type { HistoryNode } from '../../../../hocuspocus-server/src/history/answers.ts'
import { Button } from '../../ui/Button.tsx'
import { createFiles } from '../files.ts'
import { historyEn as en } from './en.ts'
import { type DrawOptions, drawBlock } from './versionDom.ts'
import '../../islands/editor/editor.css'

interface VersionBlocksProps {
  documentId: string
  nodes: HistoryNode[]
  label: string
  /** Who is meant where only the id is known. */
  nameOf(id: string): string
  /** Whether authors have their colours. */
  coloured?: boolean
  /** The change that is looked at: a place in `nodes`. */
  current?: number | undefined
  /** Where a block stands in the version that is shown; without it the block cannot come back. */
  blockOf?(node: HistoryNode, index: number): number | undefined
  onRestore?(block: number): void
}

/** A document for reading, block by block. A block that stays the same object is not drawn again. */
export function VersionBlocks(props: VersionBlocksProps) {
  const files = createFiles(props.documentId)
  onCleanup(files.dispose)
  const options: DrawOptions = { resolveImage: files.resolve, nameOf: (id) => props.nameOf(id) }
  const [touched, setTouched] = createSignal<number>()
  let list!: HTMLDivElement

  createEffect(() => {
    if (props.current === undefined) return
    const block = list.children[props.current]
    block?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth' })
  })

  return (
    <div
      ref={list}
      class="version-blocks document-text"
      classList={{ coloured: props.coloured ?? false }}
      role="document"
      aria-label={props.label}
    >
      <For each={props.nodes}>
        {(node, index) => {
          const block = () => props.blockOf?.(node, index())
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: a finger shows the button that a keyboard reaches by itself
            // biome-ignore lint/a11y/noStaticElementInteractions: see above
            <div
              class="version-block"
              data-change={node.change}
              classList={{ current: props.current === index(), touched: touched() === index() }}
              onClick={() => setTouched(index())}
            >
              <Show when={node.change}>{(change) => <span class="visually-hidden">{en.kinds[change()]}: </span>}</Show>
              {drawBlock(node, options)}
              <Show when={props.onRestore && block() !== undefined}>
                <Button look="outline" icon="undo" class="version-block-restore" onClick={() => props.onRestore?.(block() as number)}>
                  {en.restoreBlock}
                </Button>
              </Show>
            </div>
          )
        }}
      </For>
    </div>
  )
}
