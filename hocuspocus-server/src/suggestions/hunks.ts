import { createHash } from 'node:crypto'
import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment, updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { diff } from '../history/diff.ts'
import { elementNode, type ProseMirrorNode, toText } from '../projections.ts'
import { FRAGMENT } from '../protocol.ts'
import { documentSchema } from '../schema/documentSchema.ts'
import type { Change } from './changes.ts'

/** One change of a suggestion: some blocks of the page as it was when the suggestion was begun, and what its author made of them.
 *  Blocks are known by their Yjs ids, which a branch shares with the page that it was copied from. */
interface Hunk {
  /** See Change. */
  keys: string[]
  /** Blocks of the base. */
  before: Y.XmlElement[]
  after: Node[]
  /** The blocks of the branch that are to become these, by their ids there. */
  made: string[]
  /** The nearest block of the base above, which both have. */
  above: Y.XmlElement | null
}

const LONGEST_ABOVE = 80
/** So many keys may be decided at once, see atrium.accept_suggestion. */
const MOST_KEYS = 1000

export class UnknownChangeError extends Error {}

/** What was made of a page that a suggestion is compared with. Taking a change over changes it as it changes the page, so that its author
 *  can go on: then what he wrote is in both. */
export interface Base {
  document: Y.Doc
  /** Blocks of the branch by their ids, and those that came into the page for them. */
  taken: Readonly<Record<string, string>>
}

export interface Acceptance {
  update: Uint8Array
  /** As `taken`, for what this takes over. */
  blocks: Record<string, string>
}

/** What a suggestion would change in the page, without what was decided. */
export function changesOf({ document: base, taken }: Base, branch: Y.Doc, page: Y.Doc, decided: ReadonlySet<string>): Change[] {
  const hunks = hunksOf(base, branch, taken, (key) => !decided.has(key))
  // Before the base is changed, because its blocks are what the page is asked for.
  const before = hunks.map((hunk) => hunk.before.map((block) => inPage(page, block)))
  const above = hunks.map((hunk) => (hunk.above ? toText(elementNode(hunk.above)).slice(0, LONGEST_ABOVE) : ''))
  const old = before.map((blocks) => blocks.map((block) => block && elementNode(block)))
  Y.applyUpdate(page, editOf(base, hunks).update)
  return hunks.map((hunk, index): Change => {
    const was = (old[index] ?? []).filter((block) => block !== null)
    const isSame = stays(hunk)
    const now = isSame ? (before[index] ?? []).flatMap((block) => (block ? [elementNode(block)] : [])) : hunk.after.map(plainJson)
    const isLost = hunk.before.length > 0 && was.length === 0 && (isSame || now.length === 0)
    const { content, wordsAdded, wordsRemoved } = isLost ? diff([], hunk.after.map(plainJson)) : diff(was, now)
    const kind = isLost ? 'lost' : was.length === 0 ? 'added' : now.length === 0 ? 'removed' : 'changed'
    return { keys: hunk.keys, kind, content, wordsAdded, wordsRemoved, above: above[index] ?? '' }
  })
}

/** An edit that makes these changes, all that are not decided when none are named. It is made of the page as it was, so merging it
 *  into the page as it is keeps what others wrote there. */
export function acceptanceOf(
  { document: base, taken }: Base,
  branch: Y.Doc,
  wanted: readonly string[] | null,
  decided: ReadonlySet<string>,
): Acceptance {
  const found = new Set<string>()
  const chosen = wanted && new Set(wanted)
  const hunks = hunksOf(base, branch, taken, (key) => {
    found.add(key)
    return chosen ? chosen.has(key) : !decided.has(key)
  })
  if (wanted?.some((key) => !found.has(key))) throw new UnknownChangeError()
  return editOf(base, hunks)
}

function editOf(base: Y.Doc, hunks: Hunk[]): Acceptance {
  const known = Y.encodeStateVector(base)
  const fragment = base.getXmlFragment(FRAGMENT)
  const blocks: Record<string, string> = {}
  /** What came below a block last. */
  const below = new Map<Y.XmlElement | null, Y.XmlElement>()
  base.transact(() => {
    for (const hunk of hunks) {
      const [only] = hunk.before
      if (only && stays(hunk)) become(base, only, hunk.after[0] as Node)
      const come = only && stays(hunk) ? [only] : replace(fragment, { ...hunk, above: below.get(hunk.above) ?? hunk.above })
      const last = come.at(-1)
      if (last && !stays(hunk)) below.set(hunk.above, last)
      for (const [index, block] of come.entries()) {
        const [there, here] = [hunk.made[index] as string, idOf(block)]
        if (there !== here) blocks[there] = here
      }
    }
  })
  return { update: Y.encodeStateAsUpdate(base, known), blocks }
}

/** Whether it changes one block and leaves it what it is: then its text is changed word by word. */
const stays = ({ before, after }: Hunk) => before.length === 1 && after.length === 1 && before[0]?.nodeName === after[0]?.type.name

/** The blocks that are there instead. */
function replace(fragment: Y.XmlFragment, { before, after, above }: Hunk): Y.XmlElement[] {
  const placeOf = (block: Y.XmlElement) => fragment.toArray().indexOf(block)
  const place = above ? placeOf(above) + 1 : 0
  for (const block of before) fragment.delete(placeOf(block))
  const made = prosemirrorToYXmlFragment(documentSchema.topNodeType.create(null, after), new Y.Doc().getXmlFragment(FRAGMENT))
  const come = made.toArray().map((block) => block.clone() as Y.XmlElement)
  fragment.insert(place, come)
  return come
}

function become(document: Y.Doc, element: Y.XmlElement, node: Node): void {
  updateYFragment(document, element, node, { mapping: new Map(), isOMark: new Map() })
}

function hunksOf(base: Y.Doc, branch: Y.Doc, taken: Base['taken'], isWanted: (key: string) => boolean): Hunk[] {
  const old = blocksOf(base)
  const now = blocksOf(branch)
  const nameOf = (block: Y.XmlElement) => taken[idOf(block)] ?? idOf(block)
  const stayed = new Set(now.map(nameOf))
  const kept = new Set(old.map(idOf).filter((id) => stayed.has(id)))
  const hunks: Hunk[] = []
  let above: Y.XmlElement | null = null
  let [oldAt, nowAt] = [0, 0]
  const takeUntilKept = (blocks: Y.XmlElement[], from: number) => {
    const taken: Y.XmlElement[] = []
    for (let at = from; at < blocks.length && !kept.has(nameOf(blocks[at] as Y.XmlElement)); at++) taken.push(blocks[at] as Y.XmlElement)
    return taken
  }
  while (oldAt < old.length || nowAt < now.length) {
    const [gone, come] = [takeUntilKept(old, oldAt), takeUntilKept(now, nowAt)]
    hunks.push(...hunksIn(gone, come, above, isWanted))
    oldAt += gone.length
    nowAt += come.length
    const [before, after] = [old[oldAt], now[nowAt]]
    if (before && after && !isSame(before, after)) hunks.push(...hunksIn([before], [after], above, isWanted))
    if (before) above = before
    oldAt += 1
    nowAt += 1
  }
  return hunks
}

/** What is wanted of blocks that became others. What only came, or only went, is decided block by block: what its author adds beside a
 *  block that was refused does not bring that one back. */
function hunksIn(before: Y.XmlElement[], changed: Y.XmlElement[], above: Y.XmlElement | null, isWanted: (key: string) => boolean): Hunk[] {
  const after = changed.map(validNode)
  // A branch may hold anything; what no editor would write is not suggested.
  if (after.some((node) => node === null) || [...before, ...changed].every(isEmptyLine)) return []
  const nodes = after as Node[]
  const old = before.map((block) => [idOf(block), elementNode(block)])
  if (before.length > 0 && changed.length > 0) {
    const key = keyOf([old, above && idOf(above), nodes.map((node) => node.toJSON())])
    return isWanted(key) ? [{ keys: [key], before, after: nodes, made: changed.map(idOf), above }] : []
  }
  const keys = before.length > 0 ? old.map(keyOf) : changed.map((block, at) => keyOf([idOf(block), nodes[at]?.toJSON()]))
  const only = before.length > 0 ? before : changed
  return runsOf(keys, isWanted).flatMap(([start, end]) => {
    // Every editor adds an empty line at the end.
    if (only.slice(start, end).every(isEmptyLine)) return []
    const [made, named] = [changed.slice(start, end).map(idOf), keys.slice(start, end)]
    return [{ keys: named, before: before.slice(start, end), after: nodes.slice(start, end), made, above }]
  })
}

/** From where to where what is wanted stands side by side. */
function runsOf(keys: string[], isWanted: (key: string) => boolean): [start: number, end: number][] {
  const runs: [number, number][] = []
  for (const [at, key] of keys.entries()) {
    if (!isWanted(key)) continue
    const run = runs.at(-1)
    if (run && run[1] === at && at - run[0] < MOST_KEYS) run[1] = at + 1
    else runs.push([at, at + 1])
  }
  return runs
}

const keyOf = (named: unknown) => createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 32)

function validNode(block: Y.XmlElement): Node | null {
  try {
    const node = documentSchema.nodeFromJSON(elementNode(block))
    node.check()
    return node.isBlock ? node : null
  } catch {
    return null
  }
}

const blocksOf = (document: Y.Doc) =>
  document
    .getXmlFragment(FRAGMENT)
    .toArray()
    .filter((block) => block instanceof Y.XmlElement)

const idOf = ({ _item }: Pick<Y.XmlElement, '_item'>): string => `${_item?.id.client}:${_item?.id.clock}`
const isEmptyLine = (block: Y.XmlElement) => block.nodeName === 'paragraph' && block.length === 0
const isSame = (one: Y.XmlElement, other: Y.XmlElement) => JSON.stringify(elementNode(one)) === JSON.stringify(elementNode(other))

/** The same block in the page; null when it is gone. */
function inPage(page: Y.Doc, block: Y.XmlElement): Y.XmlElement | null {
  const id = idOf(block)
  return blocksOf(page).find((other) => idOf(other) === id) ?? null
}

/** A node as the shared document would give it back: without what is nothing. */
function plainJson(node: Node): ProseMirrorNode {
  const fragment = prosemirrorToYXmlFragment(documentSchema.topNodeType.create(null, node), new Y.Doc().getXmlFragment(FRAGMENT))
  return elementNode(fragment.get(0) as Y.XmlElement)
}
