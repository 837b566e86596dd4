import {
  AlignmentType,
  BorderStyle,
  Document,
  ExternalHyperlink,
  type FileChild,
  HeadingLevel,
  ImageRun,
  type IParagraphOptions,
  LevelFormat,
  Packer,
  Paragraph,
  type ParagraphChild,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx'
import type { Json } from '../../../hocuspocus-server/src/formats/fit.ts'
import type { Addresses } from '../../../hocuspocus-server/src/formats/writeHtml.ts'
import { safeAddress } from '../../../hocuspocus-server/src/schema/addresses.ts'
import type { Export, Made } from './exportDocuments.ts'
import { addressesFor } from './exportTree.ts'
import { pictureSize } from './pictureSize.ts'
import { pictureType } from './pictureType.ts'

const HEADINGS = [HeadingLevel.HEADING_1, HeadingLevel.HEADING_2, HeadingLevel.HEADING_3] as const
const ALIGNMENTS: Record<string, (typeof AlignmentType)[keyof typeof AlignmentType]> = {
  left: AlignmentType.LEFT,
  center: AlignmentType.CENTER,
  right: AlignmentType.RIGHT,
  justify: AlignmentType.JUSTIFIED,
}
const INK: Record<string, string> = {
  gray: '6B6B66',
  red: 'B3372B',
  orange: 'B3621F',
  yellow: '8F6F00',
  green: '2E7D4F',
  blue: '2467A8',
  purple: '6D4BB0',
  pink: 'B0417F',
}
const PICTURES: Record<string, 'png' | 'jpg' | 'gif'> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif' }
const LEVELS = 9
const WIDTH_PIXELS = 600

/** All pages as one Word document, each beginning on a new sheet. */
export async function writeWord(given: Export): Promise<Made> {
  const children: FileChild[] = []
  const lists = { count: 0 }
  for (const [index, tree] of given.pages.entries()) {
    const writer = createWriter(given, addressesFor(tree, { ...given, ending: null }), lists)
    children.push(
      new Paragraph({ heading: HeadingLevel.TITLE, pageBreakBefore: index > 0, children: [new TextRun(tree.page.title || 'Untitled')] }),
    )
    children.push(...(await writer.blocks(tree.blocks, {})))
  }
  const levels = (format: (typeof LevelFormat)[keyof typeof LevelFormat], text: (level: number) => string) =>
    Array.from({ length: LEVELS }, (_, level) => ({
      level,
      format,
      text: text(level),
      alignment: AlignmentType.START,
      style: { paragraph: { indent: { left: 720 * (level + 1), hanging: 360 } } },
    }))
  const document = new Document({
    title: given.pages[0]?.page.title || 'Untitled',
    creator: 'Atrium',
    numbering: {
      config: [
        { reference: 'bullets', levels: levels(LevelFormat.BULLET, () => '•') },
        { reference: 'numbers', levels: levels(LevelFormat.DECIMAL, (level) => `%${level + 1}.`) },
      ],
    },
    sections: [{ children }],
  })
  const bytes = new Uint8Array(await Packer.toArrayBuffer(document))
  return { bytes, ending: '.docx', type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' }
}

/** What the surroundings do to a paragraph. */
type Setting = Pick<IParagraphOptions, 'numbering' | 'indent' | 'border' | 'shading'> & { level?: number }

function createWriter(given: Export, addresses: Addresses, lists: { count: number }) {
  async function blocks(nodes: Json[], setting: Setting): Promise<(Paragraph | Table)[]> {
    const written: (Paragraph | Table)[] = []
    for (const node of nodes) written.push(...(await block(node, setting)))
    return written
  }

  async function block({ type, attrs = {}, content = [] }: Json, setting: Setting): Promise<(Paragraph | Table)[]> {
    const { level, ...own } = setting
    const alignment = ALIGNMENTS[String(attrs.textAlign)]
    switch (type) {
      case 'paragraph':
        return [new Paragraph({ ...own, ...(alignment && { alignment }), spacing: { after: 120 }, children: inline(content) })]
      case 'heading': {
        const heading = HEADINGS[Number(attrs.level) - 1] ?? HeadingLevel.HEADING_3
        return [new Paragraph({ ...own, ...(alignment && { alignment }), heading, children: inline(content) })]
      }
      case 'bulletList':
      case 'orderedList':
        return await list(type === 'orderedList' ? 'numbers' : 'bullets', content, level ?? -1)
      case 'taskList':
        return await tasks(content, level ?? -1)
      case 'blockquote':
        return await blocks(content, {
          ...setting,
          indent: { left: 360 },
          border: { left: { style: BorderStyle.SINGLE, size: 18, color: 'D4D4CE', space: 8 } },
        })
      case 'callout':
        return await blocks(content, {
          ...setting,
          shading: { type: ShadingType.CLEAR, fill: 'EEF3F0' },
          border: { left: { style: BorderStyle.SINGLE, size: 24, color: '2B7A6C', space: 8 } },
        })
      case 'codeBlock':
        return [code(content.map(({ text = '' }) => text).join(''), own)]
      case 'blockMath':
        return [
          new Paragraph({
            ...own,
            alignment: AlignmentType.CENTER,
            children: [new TextRun({ text: String(attrs.latex ?? ''), italics: true })],
          }),
        ]
      case 'horizontalRule':
        return [new Paragraph({ ...own, thematicBreak: true })]
      case 'details':
        return [
          new Paragraph({ ...own, children: inline(content[0]?.content ?? [], { bold: true }) }),
          ...(await blocks(content[1]?.content ?? [], setting)),
        ]
      case 'table':
        return [await table(content)]
      case 'image':
        return [await picture(attrs, own)]
      case 'file':
        return [new Paragraph({ ...own, children: [new TextRun({ text: String(attrs.name || 'file'), underline: {} })] })]
      default:
        return await blocks(content, setting)
    }
  }

  async function list(reference: string, items: Json[], outer: number): Promise<(Paragraph | Table)[]> {
    const level = Math.min(outer + 1, LEVELS - 1)
    lists.count += 1
    const instance = lists.count
    const written: (Paragraph | Table)[] = []
    for (const { content: [first, ...rest] = [] } of items) {
      if (first) written.push(...(await block(first, { numbering: { reference, level, instance }, level })))
      written.push(...(await blocks(rest, { indent: { left: 720 * (level + 1) }, level })))
    }
    return written
  }

  async function tasks(items: Json[], outer: number): Promise<(Paragraph | Table)[]> {
    const level = outer + 1
    const written: (Paragraph | Table)[] = []
    for (const { attrs, content: [first, ...rest] = [] } of items) {
      const children = [new TextRun(attrs?.checked === true ? '☒ ' : '☐ '), ...inline(first?.content ?? [])]
      written.push(new Paragraph({ indent: { left: 360 * (level + 1), hanging: 360 }, spacing: { after: 120 }, children }))
      written.push(...(await blocks(rest, { indent: { left: 360 * (level + 1) }, level })))
    }
    return written
  }

  async function table(rows: Json[]): Promise<Table> {
    const written: TableRow[] = []
    for (const { content: cells = [] } of rows) {
      const children: TableCell[] = []
      for (const { type, attrs = {}, content = [] } of cells) {
        children.push(
          new TableCell({
            columnSpan: Number(attrs.colspan ?? 1),
            rowSpan: Number(attrs.rowspan ?? 1),
            ...(type === 'tableHeader' && { shading: { type: ShadingType.CLEAR, fill: 'F1F1ED' } }),
            margins: { top: 60, bottom: 0, left: 100, right: 100 },
            children: await blocks(content, {}),
          }),
        )
      }
      written.push(new TableRow({ children }))
    }
    return new Table({ rows: written, width: { size: 100, type: WidthType.PERCENTAGE } })
  }

  async function picture({ src, alt, width }: Record<string, unknown>, own: Omit<Setting, 'level'>): Promise<Paragraph> {
    const bytes = await given.bytesOf(String(src))
    const type = bytes && PICTURES[pictureType(bytes)?.type ?? '']
    const size = bytes && pictureSize(bytes)
    if (!bytes || !type || !size)
      return new Paragraph({ ...own, children: [new TextRun({ text: String(alt || 'Picture'), italics: true })] })
    const scale = Math.min(1, (WIDTH_PIXELS * (Number(width) || 1)) / size.width, 800 / size.height)
    const transformation = { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) }
    const altText = { title: String(alt ?? ''), description: String(alt ?? ''), name: String(alt || 'Picture') }
    return new Paragraph({ ...own, spacing: { after: 120 }, children: [new ImageRun({ type, data: bytes, transformation, altText })] })
  }

  function inline(nodes: Json[], extra: { bold?: boolean } = {}): ParagraphChild[] {
    return nodes.map(({ type, text, attrs = {}, marks = [] }) => {
      if (type === 'hardBreak') return new TextRun({ break: 1 })
      if (type === 'inlineMath') return new TextRun({ text: String(attrs.latex ?? ''), italics: true })
      if (type === 'mention') {
        const { text: label, href } = addresses.mention(attrs)
        const run = new TextRun({ text: label, color: '2B7A6C' })
        return href ? new ExternalHyperlink({ link: href, children: [run] }) : run
      }
      const has = (name: string) => marks.some((mark) => mark.type === name)
      const attr = (name: string, key: string) => marks.find((mark) => mark.type === name)?.attrs?.[key]
      const link = safeAddress(String(attr('link', 'href') ?? ''))
      const color = link ? '2467A8' : INK[String(attr('textStyle', 'color'))]
      const run = new TextRun({
        text: text ?? '',
        bold: extra.bold === true || has('bold'),
        italics: has('italic'),
        strike: has('strike'),
        ...((has('underline') || link) && { underline: {} }),
        ...(has('code') && { font: 'Courier New', shading: { type: ShadingType.CLEAR, fill: 'F1F1ED' } }),
        ...(has('highlight') && { highlight: 'yellow' }),
        ...(color && { color }),
      })
      return link ? new ExternalHyperlink({ link, children: [run] }) : run
    })
  }

  return { blocks }
}

function code(text: string, own: Omit<Setting, 'level'>): Paragraph {
  const lines = text
    .split('\n')
    .map((line, index) => new TextRun({ text: line, font: 'Courier New', size: 18, ...(index > 0 && { break: 1 }) }))
  return new Paragraph({ ...own, shading: { type: ShadingType.CLEAR, fill: 'F1F1ED' }, spacing: { after: 120 }, children: lines })
}
