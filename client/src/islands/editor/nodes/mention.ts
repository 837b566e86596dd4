import { Mention } from '../../../../../hocuspocus-server/src/schema/mention.ts'
import type { EditorText, MentionChoice, MentionShown, Mentions } from '../../contract.ts'
import { dayInWords } from '../dates.ts'
import { make } from '../dom.ts'
import { iconElement } from '../icons.tsx'

/** Somebody, a page or a day, with the name that it has now. */
export function mentionView(options: { text: Pick<EditorText, 'mentionGone' | 'mentionHidden'>; mentions: Mentions }) {
  const { text, mentions } = options
  return Mention.extend({
    addNodeView() {
      return ({ node }) => {
        const { kind, id, label } = node.attrs as { kind: MentionChoice['kind']; id: string | null; label: string | null }
        const dom = make('span', { className: 'mention' })
        dom.dataset.kind = kind
        const show = (shown: MentionShown | null) => {
          dom.classList.toggle('hidden-page', kind === 'document' && !shown)
          if (kind === 'person' || kind === 'group') return dom.replaceChildren(`@${shown?.label ?? label ?? text.mentionGone}`)
          const sign = shown?.sign ? `${shown.sign} ` : iconElement('page')
          if (!shown?.href) return dom.replaceChildren(sign, shown?.label ?? text.mentionHidden)
          dom.replaceChildren(make('a', { href: shown.href, draggable: false }, sign, shown.label))
        }
        let stop = () => {}
        if (kind === 'date') dom.append(make('time', { dateTime: id ?? '' }, id ? dayInWords(id) : ''))
        else if (kind === 'here' || kind === 'all') dom.append(`@${kind}`)
        else if (kind === 'group') show(null)
        else if (id) stop = mentions.watch(kind, id, show)
        else show(null)
        dom.addEventListener('click', (event) => {
          const href = dom.querySelector('a')?.getAttribute('href')
          // A new tab, a new window, a download: the browser knows how.
          if (!href || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
          event.preventDefault()
          mentions.open(href)
        })
        return {
          dom,
          selectNode: () => dom.classList.add('selected'),
          deselectNode: () => dom.classList.remove('selected'),
          ignoreMutation: () => true,
          destroy: () => stop(),
        }
      }
    },
  })
}
