import { Parser } from 'htmlparser2'
import { createCollector } from './collector.ts'

export const isPlain = (mime: string): boolean => mime === 'text/plain'

/** A text as it is; of a page what people read of it. */
export function plainText(bytes: Uint8Array, name: string): string {
  const text = new TextDecoder().decode(bytes)
  return /\.x?html?$/i.test(name) || /^\s*(<!doctype html|<html)/i.test(text) ? pageText(text) : text
}

/** Elements that begin a line. */
const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt figcaption footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th title tr ul'.split(
    ' ',
  ),
)
const UNREAD = new Set(['script', 'style', 'template', 'noscript'])

function pageText(page: string): string {
  const found = createCollector()
  let unread = 0
  const parser = new Parser({
    onopentag(name) {
      if (UNREAD.has(name)) unread++
      if (BLOCKS.has(name)) found.add('\n')
    },
    ontext(text) {
      if (unread === 0) found.add(text)
    },
    onclosetag(name) {
      if (UNREAD.has(name)) unread--
      if (BLOCKS.has(name)) found.add('\n')
    },
  })
  parser.end(page)
  return found.text()
}
