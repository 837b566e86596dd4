import pdfmakeModule from 'pdfmake'
import type { Json } from '../../../hocuspocus-server/src/formats/fit.ts'
import type { Addresses } from '../../../hocuspocus-server/src/formats/writeHtml.ts'
import { safeAddress } from '../../../hocuspocus-server/src/schema/addresses.ts'
import type { Export, Made } from './exportDocuments.ts'
import { addressesFor } from './exportTree.ts'
import { formula } from './pdfFormula.ts'
import { cut, FONTS, isRightToLeft, type Run } from './pdfText.ts'
import { pictureType } from './pictureType.ts'

type Content = Record<string, unknown> | string
interface Pdfmake {
  setFonts(fonts: Record<string, Record<string, string>>): void
  setUrlAccessPolicy(mayFetch: (url: string) => boolean): void
  setLocalAccessPolicy(mayRead: (path: string) => boolean): void
  createPdf(definition: Record<string, unknown>): { getBuffer(): Promise<Uint8Array<ArrayBuffer>> }
}

const pdfmake = pdfmakeModule as unknown as Pdfmake
pdfmake.setFonts(FONTS as unknown as Record<string, Record<string, string>>)
const fontFiles = new Set(Object.values(FONTS).flatMap((family) => Object.values(family)))
pdfmake.setUrlAccessPolicy(() => false)
pdfmake.setLocalAccessPolicy((path) => fontFiles.has(path))

const WIDTH = 451
const INK: Record<string, string> = {
  gray: '#6b6b66',
  red: '#b3372b',
  orange: '#b3621f',
  yellow: '#8f6f00',
  green: '#2e7d4f',
  blue: '#2467a8',
  purple: '#6d4bb0',
  pink: '#b0417f',
}
const MARKER: Record<string, string> = {
  gray: '#e8e8e4',
  red: '#fbdcd7',
  orange: '#fce3c8',
  yellow: '#fdf0b3',
  green: '#d5f0dd',
  blue: '#d6e8fa',
  purple: '#e6ddf8',
  pink: '#f9dbec',
}
const SIGN: Record<string, string> = { info: '#2b7a6c', success: '#2e7d4f', warning: '#b7791f', danger: '#c0392b' }

/** All pages as one PDF, each beginning on a new sheet. */
export async function writePdf(given: Export): Promise<Made> {
  const content: Content[] = []
  for (const [index, tree] of given.pages.entries()) {
    const writer = createWriter(given, addressesFor(tree, { ...given, ending: null }))
    const title = { ...lineOf([{ text: tree.page.title || 'Untitled' }]), style: 'title', ...(index > 0 && { pageBreak: 'before' }) }
    content.push(title, ...(await writer.blocks(tree.blocks)))
  }
  const definition = {
    pageSize: 'A4',
    pageMargins: [72, 64, 72, 64],
    info: { title: given.pages[0]?.page.title || 'Untitled', creator: 'Atrium' },
    content,
    footer: (page: number, pages: number) => ({ text: `${page} / ${pages}`, alignment: 'center', fontSize: 8, color: '#8a8a84' }),
    defaultStyle: { font: 'Roboto', fontSize: 10.5, lineHeight: 1.35, color: '#1f1f1c' },
    styles: {
      title: { fontSize: 24, bold: true, margin: [0, 0, 0, 14] },
      heading1: { fontSize: 18, bold: true, margin: [0, 14, 0, 6] },
      heading2: { fontSize: 14.5, bold: true, margin: [0, 12, 0, 5] },
      heading3: { fontSize: 12, bold: true, margin: [0, 10, 0, 4] },
      code: { fontSize: 9, background: '#f1f1ed' },
    },
  }
  return { bytes: await pdfmake.createPdf(definition).getBuffer(), ending: '.pdf', type: 'application/pdf' }
}

function createWriter(given: Export, addresses: Addresses) {
  const blocks = async (nodes: Json[]): Promise<Content[]> => {
    const written: Content[] = []
    for (const node of nodes) written.push(...(await block(node)))
    return written
  }

  async function block({ type, attrs = {}, content = [] }: Json): Promise<Content[]> {
    switch (type) {
      case 'paragraph':
        return [{ ...lineOf(inline(content), attrs.textAlign), margin: [0, 0, 0, 7] }]
      case 'heading':
        return [
          {
            ...lineOf(inline(content), attrs.textAlign),
            style: `heading${attrs.level === 1 || attrs.level === 2 ? attrs.level : 3}`,
          },
        ]
      case 'bulletList':
        return [{ ul: await items(content), margin: [0, 0, 0, 7] }]
      case 'orderedList':
        return [{ ol: await items(content), start: Number(attrs.start ?? 1), margin: [0, 0, 0, 7] }]
      case 'taskList':
        return [{ ul: await tasks(content), type: 'none', margin: [-10, 0, 0, 7] }]
      case 'blockquote':
        return [framed(await blocks(content), '#d4d4ce', null)]
      case 'callout':
        return [framed(await blocks(content), SIGN[String(attrs.kind)] ?? '#2b7a6c', '#f4f5f2')]
      case 'codeBlock':
        return [
          framed(
            [{ text: cut([{ text: content.map(({ text = '' }) => text).join('') || ' ' }]), fontSize: 9, preserveLeadingSpaces: true }],
            null,
            '#f1f1ed',
          ),
        ]
      case 'blockMath':
        return [{ text: cut(formula(String(attrs.latex ?? ''))), alignment: 'center', fontSize: 12, margin: [0, 4, 0, 10] }]
      case 'horizontalRule':
        return [{ canvas: [{ type: 'line', x1: 0, y1: 4, x2: WIDTH, y2: 4, lineWidth: 0.6, lineColor: '#c9c9c2' }], margin: [0, 2, 0, 10] }]
      case 'details': {
        const [summary, body] = content
        return [
          { ...lineOf(inline(summary?.content ?? [])), bold: true, margin: [0, 2, 0, 4] },
          { stack: await blocks(body?.content ?? []), margin: [12, 0, 0, 4] },
        ]
      }
      case 'table':
        return [await table(content)]
      case 'image':
        return [await picture(attrs)]
      case 'file':
        return [{ ...lineOf([{ text: String(attrs.name || 'file') }]), decoration: 'underline', margin: [0, 0, 0, 7] }]
      default:
        return await blocks(content)
    }
  }

  const items = async (nodes: Json[]) => await Promise.all(nodes.map(async ({ content = [] }) => ({ stack: await blocks(content) })))
  const tasks = async (nodes: Json[]) =>
    await Promise.all(
      nodes.map(async ({ attrs, content = [] }) => ({
        columns: [box(attrs?.checked === true), { width: '*', stack: await blocks(content) }],
        columnGap: 6,
      })),
    )

  async function table(rows: Json[]): Promise<Content> {
    const columns = Math.max(
      1,
      ...rows.map(({ content = [] }) => content.reduce((count, { attrs }) => count + Number(attrs?.colspan ?? 1), 0)),
    )
    const grid: Content[][] = rows.map(() => [])
    for (const [y, { content = [] }] of rows.entries()) {
      for (const { type, attrs = {}, content: inside = [] } of content) {
        const row = grid[y] as Content[]
        let x = 0
        while (row[x] !== undefined) x += 1
        const [colSpan, rowSpan] = [
          Math.min(Number(attrs.colspan ?? 1), columns - x),
          Math.min(Number(attrs.rowspan ?? 1), rows.length - y),
        ]
        if (colSpan < 1) continue
        for (let down = 0; down < rowSpan; down++)
          for (let right = 0; right < colSpan; right++) (grid[y + down] as Content[])[x + right] = {}
        row[x] = {
          stack: await blocks(inside),
          colSpan,
          rowSpan,
          alignment: attrs.align ?? undefined,
          ...(type === 'tableHeader' && { bold: true, fillColor: '#f1f1ed' }),
        }
      }
    }
    for (const row of grid) for (let x = 0; x < columns; x++) row[x] ??= ''
    return { table: { widths: Array(columns).fill('*'), body: grid }, layout: LINES, margin: [0, 2, 0, 10] }
  }

  async function picture({ src, alt, width, align }: Record<string, unknown>): Promise<Content> {
    const bytes = await given.bytesOf(String(src))
    const type = bytes && pictureType(bytes)?.type
    // The other kinds PDF does not know, and pictures of other sites are not fetched.
    if (!bytes || (type !== 'image/png' && type !== 'image/jpeg'))
      return { ...lineOf([{ text: String(alt || 'Picture') }]), italics: true, color: '#6b6b66', margin: [0, 0, 0, 7] }
    const image = `data:${type};base64,${base64(bytes)}`
    return { image, fit: [WIDTH * (Number(width) || 1), 640], alignment: align ?? 'left', margin: [0, 4, 0, 10] }
  }

  function inline(nodes: Json[]): Run[] {
    return nodes.flatMap(({ type, text, attrs = {}, marks = [] }): Run | Run[] => {
      if (type === 'hardBreak') return { text: '\n' }
      if (type === 'inlineMath') return formula(String(attrs.latex ?? ''))
      if (type === 'mention') {
        const { text: label, href } = addresses.mention(attrs)
        return { text: label, color: '#2b7a6c', ...(href && { link: href }) }
      }
      return { text: text ?? '', ...Object.assign({}, ...marks.map(({ type: mark, attrs: own = {} }) => styleOf(mark, own))) }
    })
  }

  return { blocks }
}

/** The words of a paragraph in fonts that have them. One that is read from right to left begins there. */
function lineOf(runs: Run[], align?: unknown) {
  const alignment = align ?? (isRightToLeft(runs) ? 'right' : undefined)
  return { text: runs.length > 0 ? cut(runs) : ' ', alignment }
}

function styleOf(mark: string, attrs: Record<string, unknown>): Record<string, unknown> {
  if (mark === 'bold') return { bold: true }
  if (mark === 'italic') return { italics: true }
  if (mark === 'underline') return { decoration: 'underline' }
  if (mark === 'strike') return { decoration: 'lineThrough' }
  if (mark === 'code') return { style: 'code' }
  if (mark === 'highlight') return { background: MARKER[String(attrs.color ?? 'yellow')] ?? MARKER.yellow }
  if (mark === 'textStyle') return { color: INK[String(attrs.color)] }
  const link = mark === 'link' ? safeAddress(String(attrs.href ?? '')) : null
  return link ? { link, color: '#2467a8', decoration: 'underline' } : {}
}

const LINES = {
  hLineWidth: () => 0.5,
  vLineWidth: () => 0.5,
  hLineColor: () => '#c9c9c2',
  vLineColor: () => '#c9c9c2',
  paddingTop: () => 4,
  paddingBottom: () => 0,
}

function framed(stack: Content[], line: string | null, fill: string | null): Content {
  return {
    table: { widths: ['*'], body: [[{ stack, fillColor: fill }]] },
    layout: {
      hLineWidth: () => 0,
      vLineWidth: (index: number) => (line && index === 0 ? 2.5 : 0),
      vLineColor: () => line ?? '#ffffff',
      paddingLeft: () => 10,
      paddingRight: () => 10,
      paddingTop: () => 6,
      paddingBottom: () => 2,
    },
    margin: [0, 2, 0, 10],
  }
}

function box(isChecked: boolean): Content {
  const frame = {
    type: 'rect',
    x: 0,
    y: 2,
    w: 9,
    h: 9,
    r: 1.5,
    lineWidth: 0.8,
    lineColor: '#6b6b66',
    ...(isChecked && { color: '#2b7a6c' }),
  }
  const tick = {
    type: 'polyline',
    lineWidth: 1.2,
    lineColor: '#ffffff',
    points: [
      { x: 2, y: 6.5 },
      { x: 4, y: 8.7 },
      { x: 7.2, y: 4 },
    ],
  }
  return { width: 12, canvas: isChecked ? [frame, tick] : [frame] }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  return btoa(text)
}
