import { Parser } from 'htmlparser2'
import { type Archive, openArchive } from '../transfers/archive.ts'
import { createCollector } from './collector.ts'

const MEBIBYTE = 1024 * 1024
const LIMITS = { files: 5_000, fileBytes: 30 * MEBIBYTE, totalBytes: 200 * MEBIBYTE }

/** Where each format has its text, in the order in which people read it. */
const PARTS = [
  /^word\/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$/,
  /^xl\/(workbook|sharedStrings|worksheets\/sheet\d+|comments\d*)\.xml$/,
  /^ppt\/(slides\/slide\d+|notesSlides\/notesSlide\d+)\.xml$/,
]
/** Of these formats elements have text in them, the rest is spaces. */
const OFFICE_TEXT = new Set(['w:t', 'a:t', 't', 'v'])
const LINES = new Set(['w:p', 'w:br', 'a:p', 'a:br', 'si', 'row', 'text:p', 'text:h', 'text:line-break', 'table:table-row'])
const SPACES = new Set(['w:tab', 'c', 'text:s', 'text:tab', 'table:table-cell', 'w:tc'])

/** What is written in a document, sheet or slides of Office or OpenDocument; null for any other archive. The parser unfolds no entities
 *  and opens nothing; what an archive says of its sizes is checked before anything is unpacked. */
export function officeText(bytes: Uint8Array): string | null {
  const archive = openArchive(bytes, LIMITS)
  const isOpen = archive.paths.includes('mimetype') && archive.paths.includes('content.xml')
  const parts = isOpen ? ['content.xml'] : archive.paths.filter((path) => PARTS.some((part) => part.test(path))).sort(byNumber)
  if (parts.length === 0) return null
  const found = createCollector()
  for (const path of parts) {
    if (found.isFull()) break
    readPart(archive, path, isOpen, found)
    found.add('\n')
  }
  return found.text()
}

/** slide2.xml before slide10.xml. */
const byNumber = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

function readPart(archive: Archive, path: string, isOpen: boolean, found: ReturnType<typeof createCollector>): void {
  let inText = 0
  /** A cell that only names a string of the common list: t="s". */
  let isNumber = false
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === 'c') isNumber = attributes.t === 's'
        if (name === 'sheet' && path.endsWith('workbook.xml')) found.add(`${attributes.name ?? ''}\n`)
        if (isOpen ? name === 'office:body' : OFFICE_TEXT.has(name) && !(name === 'v' && isNumber)) inText++
        if (SPACES.has(name)) found.add(' ')
      },
      ontext(text) {
        if (inText > 0) found.add(text)
      },
      onclosetag(name) {
        if (isOpen ? name === 'office:body' : OFFICE_TEXT.has(name) && !(name === 'v' && isNumber)) inText--
        if (LINES.has(name)) found.add('\n')
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  const decoder = new TextDecoder()
  const bytes = archive.read(path)
  // In pieces, so that it ends when there is enough.
  for (let at = 0; at < bytes.length && !found.isFull(); at += MEBIBYTE)
    parser.write(decoder.decode(bytes.subarray(at, at + MEBIBYTE), { stream: true }))
  parser.end()
}
