import type { EditorText, MentionChoice, Mentions } from '../contract.ts'
import { dayInWords, daysFor } from './dates.ts'
import type { Choice } from './listbox.ts'
import { suggest } from './suggest.ts'

type Found = MentionChoice & Choice

/** Typing `@` offers people, pages and days. */
export function mentionMenu(options: {
  text: Pick<EditorText, 'mention' | 'mentionNone' | 'mentionDays' | 'mentionPeople' | 'mentionPages'>
  container: HTMLElement
  mentions: Pick<Mentions, 'search'>
}) {
  const { text, mentions } = options
  return suggest<Found>({
    name: 'mentionMenu',
    char: '@',
    allowSpaces: true,
    container: options.container,
    label: text.mention,
    emptyText: text.mentionNone,
    async items(query) {
      const days = daysFor(query).map((day): Found => {
        const label = dayInWords(day)
        return { kind: 'date', id: day, label, icon: 'date', detail: label.includes(day) ? '' : day, group: text.mentionDays }
      })
      const found = await mentions.search(query)
      const others = found.map((choice): Found => {
        const isPage = choice.kind === 'document'
        const mark = choice.sign ? { sign: choice.sign } : ({ icon: isPage ? 'page' : 'person' } as const)
        return { ...choice, ...mark, group: isPage ? text.mentionPages : text.mentionPeople }
      })
      return [...days, ...others]
    },
    choose(editor, range, { kind, id, label }) {
      // A page's title is not stored: not everybody who reads this may know it.
      editor
        .chain()
        .focus()
        .deleteRange(range)
        .insertMention({ kind, id, label: kind === 'person' || kind === 'group' ? label : null })
        .run()
    },
  })
}
