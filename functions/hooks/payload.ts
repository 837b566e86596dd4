import { z } from 'zod'
import { codeBlock, emojiOf, link, type Node, paragraph, plain, type Reading, readInline, readMrkdwn, wrapped } from './mrkdwn.ts'

const Text = z.union([
  z.string().transform((text) => ({ type: 'mrkdwn', text })),
  z.object({ type: z.string().default('mrkdwn'), text: z.string() }),
])
const Field = z.object({ title: z.string().default(''), value: z.union([z.string(), z.number()]).transform(String).default('') })
/** Blocks and elements of which nothing can be shown are left out, as a program may use what is newer than this. */
const Loose = z.record(z.string(), z.unknown())

export const Payload = z.object({
  text: z.string().nullish(),
  mrkdwn: z.boolean().default(true),
  blocks: z.array(Loose).max(50).nullish(),
  attachments: z
    .array(
      z.looseObject({
        pretext: z.string().nullish(),
        author_name: z.string().nullish(),
        title: z.string().nullish(),
        title_link: z.string().nullish(),
        text: z.string().nullish(),
        fields: z.array(Field).nullish(),
        image_url: z.string().nullish(),
        footer: z.string().nullish(),
        fallback: z.string().nullish(),
        blocks: z.array(Loose).max(50).nullish(),
      }),
    )
    .nullish(),
  username: z.string().nullish(),
  icon_emoji: z.string().nullish(),
})
export type Payload = z.infer<typeof Payload>

const BOLD = [{ type: 'bold' }]

/** What a payload says, as a message's content. With blocks the text is only for notifications, as at Slack. */
export function contentOf({ text, mrkdwn, blocks, attachments }: Payload, reading: Reading): Node | null {
  const own = blocks?.length ? blocks.flatMap((block) => readBlock(block, reading)) : readText(text ?? '', mrkdwn, reading)
  const content = [...own, ...(attachments ?? []).flatMap((attachment) => readAttachment(attachment, reading))]
  return content.length > 0 ? { type: 'doc', content } : null
}

const readText = (text: string, mrkdwn: boolean, reading: Reading) => (mrkdwn ? readMrkdwn(text, reading) : paragraph(plain(text)))

function readAttachment(attachment: NonNullable<Payload['attachments']>[number], reading: Reading): Node[] {
  const { pretext, author_name, title, title_link, text, fields, image_url, footer, fallback, blocks } = attachment
  const inside = [
    ...paragraph(plain(author_name ?? '')),
    ...paragraph(title ? (title_link ? link(title_link, title, BOLD) : readInline(title, reading, BOLD)) : []),
    ...readMrkdwn(text ?? '', reading),
    ...(fields ?? []).flatMap(({ title, value }) => [...paragraph(plain(title, BOLD)), ...readMrkdwn(value, reading)]),
    ...(blocks ?? []).flatMap((block) => readBlock(block, reading)),
    ...(image_url ? paragraph(link(image_url, image_url)) : []),
    ...paragraph(plain(footer ?? '')),
  ]
  return [...readMrkdwn(pretext ?? '', reading), ...wrapped('blockquote', inside.length > 0 ? inside : readMrkdwn(fallback ?? '', reading))]
}

function readBlock(block: Record<string, unknown>, reading: Reading): Node[] {
  const textOf = (value: unknown, marks: typeof BOLD = []) => {
    const { data } = Text.safeParse(value)
    if (!data) return []
    return data.type === 'plain_text' ? paragraph(plain(withEmoji(data.text), marks)) : readMrkdwn(data.text, reading)
  }
  switch (block.type) {
    case 'section':
      return [
        ...textOf(block.text),
        ...list(block.fields).flatMap((field) => textOf(field)),
        ...readBlock(asRecord(block.accessory), reading),
      ]
    case 'header':
      return textOf(block.text, BOLD)
    case 'markdown':
      return readMrkdwn(String(block.text ?? ''), reading)
    case 'context':
      return list(block.elements).flatMap((element) => (asRecord(element).type === 'image' ? [] : textOf(element)))
    case 'image': {
      const address = String(block.image_url ?? '')
      return paragraph(link(address, String(block.alt_text || address)))
    }
    case 'actions':
      return list(block.elements).flatMap((element) => readBlock(asRecord(element), reading))
    case 'button': {
      const { data } = Text.safeParse(block.text)
      return data && block.url ? paragraph(link(String(block.url), data.text)) : []
    }
    case 'rich_text':
      return list(block.elements).flatMap((element) => readRich(asRecord(element), reading))
    default:
      return []
  }
}

function readRich(element: Record<string, unknown>, reading: Reading): Node[] {
  const inside = () => list(element.elements).flatMap((part) => readRichInline(asRecord(part), reading))
  switch (element.type) {
    case 'rich_text_section':
      return paragraph(inside())
    case 'rich_text_quote':
      return wrapped('blockquote', paragraph(inside()))
    case 'rich_text_preformatted':
      return codeBlock(
        list(element.elements)
          .map((part) => String(asRecord(part).text ?? asRecord(part).url ?? ''))
          .join(''),
      )
    case 'rich_text_list': {
      const items = list(element.elements).flatMap((item) => wrapped('listItem', readRich(asRecord(item), reading)))
      return wrapped(element.style === 'ordered' ? 'orderedList' : 'bulletList', items)
    }
    default:
      return []
  }
}

function readRichInline(part: Record<string, unknown>, reading: Reading): Node[] {
  const style = asRecord(part.style)
  const marks = ['bold', 'italic', 'strike', 'code'].filter((name) => style[name] === true).map((type) => ({ type }))
  const text = String(part.text ?? '')
  switch (part.type) {
    case 'text':
      return plain(text, marks)
    case 'link':
      return link(String(part.url ?? ''), text || String(part.url ?? ''), marks)
    case 'emoji':
      return readInline(`:${String(part.name ?? '')}:`, reading, marks)
    case 'user':
      return readInline(`<@${String(part.user_id ?? '')}>`, reading, marks)
    case 'usergroup':
      return readInline(`<!subteam^${String(part.usergroup_id ?? '')}>`, reading, marks)
    case 'broadcast':
      return readInline(`<!${String(part.range ?? '')}>`, reading, marks)
    default:
      return plain(text, marks)
  }
}

const withEmoji = (text: string) => text.replace(/:[a-z0-9_+-]{1,40}:/g, (name) => emojiOf(name) ?? name)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 200) : [])
const asRecord = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
