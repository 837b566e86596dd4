import type { ContentNode } from '../islands/contract.ts'
import { paths } from '../paths.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import { dialogsEn } from './dialogsEn.ts'
import type { MessageRow } from './messageLog.ts'
import { titleOf } from './messageTitle.ts'
import { fullTime } from './time.ts'

const mostReplies = 200

/** A message, with the replies of its thread when it begins one, as a page of the room's space: as this person, with a link back. The
 *  page is told, and opened when he wants. */
export async function makePage(
  row: MessageRow,
  spaceId: string,
  nameOf: (person: string | null) => string,
  open: (address: string) => void,
): Promise<void> {
  const replies =
    row.reply_count > 0
      ? await rows<MessageRow[]>(
          rest.from('messages').select('*').eq('thread_id', row.id).is('deleted_at', null).order('seq').limit(mostReplies),
        )
      : []
  const said = [row, ...replies].flatMap((message) => [
    ...(replies.length > 0 ? [paragraph([text(message.bot_name || nameOf(message.author_id), 'bold')])] : []),
    ...blocksOf(message),
  ])
  const source = `${row.bot_name || nameOf(row.author_id)}, ${fullTime(row.created_at)}`
  const back = { type: 'link', attrs: { href: location.origin + paths.room(row.room_id, row.id) } }
  const id = crypto.randomUUID()
  await rpc('create_document', { id, space_id: spaceId, parent_id: null, title: titleOf(row) })
  await rpc('replace_document', {
    id,
    content: { type: 'doc', content: [...said, paragraph([{ type: 'text', text: source, marks: [back] }])] },
  })
  toast(dialogsEn.pageMade, { action: { label: dialogsEn.openIt, run: () => open(paths.document(id)) } })
}

const paragraph = (content: ContentNode[]): ContentNode => ({ type: 'paragraph', content })
const text = (words: string, mark?: string): ContentNode => ({ type: 'text', text: words, ...(mark ? { marks: [{ type: mark }] } : {}) })

/** A page knows people, pages and days; groups and whole rooms become what they read as. */
function blocksOf(row: MessageRow): ContentNode[] {
  if (row.content) return (row.content.content ?? []).map(forPage)
  return (row.text ?? '').split('\n').map((line) => paragraph(line ? [text(line)] : []))
}

function forPage(node: ContentNode): ContentNode {
  if (node.type === 'mention' && !['person', 'document', 'date'].includes(String(node.attrs?.kind))) {
    return { type: 'text', text: `@${String(node.attrs?.label ?? '')}`, ...(node.marks ? { marks: node.marks } : {}) }
  }
  return node.content ? { ...node, content: node.content.map(forPage) } : node
}
