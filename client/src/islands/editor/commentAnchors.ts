import type { Schema } from '@tiptap/pm/model'
import * as Y from 'yjs'
import type { CommentAnchor } from '../contract.ts'

/** The pieces of text in the shared document, in its order, and where each begins in the editor's. */
export type PlacedTexts = ReadonlyMap<unknown, { text: Y.XmlText; from: number }>

/** Every piece of text with its place: one walk through the document, however many anchors are looked up afterwards. The positions of
 *  y-tiptap are not used: they bind both ends to the text before them, and none is found at the very beginning of a document. */
export function placedTexts(fragment: Y.XmlFragment, schema: Schema): PlacedTexts {
  const found = new Map<unknown, { text: Y.XmlText; from: number }>()
  /** @returns the place after it */
  const walk = (parent: Y.XmlFragment | Y.XmlElement, start: number): number => {
    let at = start
    for (const child of parent.toArray()) {
      if (child instanceof Y.XmlText) {
        found.set(child, { text: child, from: at })
        at += child.length
      } else if (child instanceof Y.XmlElement) {
        const type = schema.nodes[child.nodeName]
        // The editor leaves out what this version does not know.
        if (type) at = type.isLeaf ? at + 1 : walk(child, at + 1) + 1
      }
    }
    return at
  }
  walk(fragment, 0)
  return found
}

/** The anchor of a range: its first and its last character. Null when there is no text in it. */
export function anchorOf(texts: PlacedTexts, from: number, to: number): CommentAnchor | null {
  const inside = [...texts.values()].filter((each) => each.from < to && each.from + each.text.length > from)
  const first = inside[0]
  const last = inside.at(-1)
  if (!first || !last) return null
  return {
    start: encode(Y.createRelativePositionFromTypeIndex(first.text, Math.max(0, from - first.from), 0)),
    end: encode(Y.createRelativePositionFromTypeIndex(last.text, Math.min(last.text.length, to - last.from), -1)),
  }
}

/** Where the ends of an anchor are now; null for an end whose block is gone. What an undo brought back is new text to everybody but the
 *  one who undid: `followUndo` finds it there. */
export function placeOf(
  texts: PlacedTexts,
  anchor: CommentAnchor,
  doc: Y.Doc,
  followUndo: boolean,
): [from: number | null, to: number | null] {
  const find = (end: string): number | null => {
    try {
      const position = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(bytesOf(end)), doc, followUndo)
      const placed = position && texts.get(position.type)
      return placed ? placed.from + position.index : null
    } catch {
      // Whoever may comment may write any bytes there.
      return null
    }
  }
  return [find(anchor.start), find(anchor.end)]
}

const encode = (position: Y.RelativePosition): string => btoa(String.fromCharCode(...Y.encodeRelativePosition(position)))
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
