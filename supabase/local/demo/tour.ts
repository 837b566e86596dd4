import { randomUUID } from 'node:crypto'
import { prosemirrorToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { readMarkdown } from '../../../hocuspocus-server/src/formats/readMarkdown.ts'
import type { DemoPerson } from './api.ts'

type Team = Record<'ada' | 'ben' | 'chloe', DemoPerson>

const SURE = 'a lamp is dark for eleven hours'
const SLOW = 'Boats slow down near the reef.'

/** A page with something of everything that a page can hold. `welcomeId` is another page, which it mentions. */
const words = ({ ada, ben }: Team, welcomeId: string) => `
## Why we change it

When the supply boat cannot land, ${SURE} on average. [@Ada Lindqvist](atrium:person/${ada.id}) and [@Ben Okafor](atrium:person/${ben.id}) measured it last winter; who is new here begins with [Welcome](atrium:document/${welcomeId}).

${SLOW} That costs more than the lamps do.

> [!WARNING]
> Nobody climbs a tower alone, whatever the lamp says.

> [!TIP]
> Type \`/\` at the start of a line to see everything that a page can hold.

## What the lamps say

| Tower | Lamp | Hours dark | Battery |
| --- | --- | ---: | ---: |
| North Head | LED, 2021 | 3 | 94 % |
| Gull Rock | Halogen | 21 | 61 % |
| Long Spit | LED, 2024 | 0 | 98 % |

The light that reaches a boat falls with the square of the distance, $E = \\frac{I}{d^2}$, and fog takes its part:

$$
E(d) = \\frac{I}{d^2} \\, e^{-\\sigma d}
$$

## How a lamp asks for help

\`\`\`ts
export function needsHelp(lamp: Lamp): boolean {
  return lamp.battery < 0.3 || lamp.darkMinutes > 15
}
\`\`\`

<details>
<summary>What happens then</summary>

1. The keeper on duty gets a message.
2. After twenty minutes it goes to the boat crew.

</details>

## Left to do

- [x] Ask the harbour office for the fog reports
- [ ] Replace the lamp of Gull Rock
- [ ] ==Decide by Friday== who is on duty in March
`

/** The page, a thread of comments on it, a version with a name, an edit after it, and a suggestion. */
export async function makeTour(team: Team, spaceId: string, welcomeId: string): Promise<void> {
  const { ada, ben, chloe } = team
  const id = randomUUID()
  await chloe.rpc('create_document', { id, space_id: spaceId, title: 'Lamps for the winter' })
  await chloe.write(id, (fragment) => void prosemirrorToYXmlFragment(readMarkdown(words(team, welcomeId)), fragment))
  await chloe.rpc('name_version', { document_id: id, name: 'Sent to the harbour office' })

  let anchor = {}
  await ben.write(id, (fragment) => {
    anchor = anchorOf(fragment, SURE)
    const last = new Y.XmlElement('paragraph')
    last.insert(0, [new Y.XmlText('The office answered: the reports come on Monday.')])
    fragment.push([last])
  })
  const thread = randomUUID()
  await ben.rpc('create_thread', {
    id: thread,
    document_id: id,
    body: 'Is this with or without the storm of January?',
    anchor,
    quote: SURE,
  })
  await chloe.rpc('reply', { id: randomUUID(), thread_id: thread, body: 'Without. With it we would be at sixteen.' })
  await ada.rpc('react', { comment_id: thread, emoji: '👍' })

  const suggestion = randomUUID()
  await ben.rpc('create_suggestion', { id: suggestion, document_id: id })
  await ben.write(suggestion, (fragment) => {
    const { text, index } = placeOf(fragment, SLOW)
    text.insert(index + SLOW.length - 1, ', and some turn back')
  })
}

function placeOf(fragment: Y.XmlFragment, words: string): { text: Y.XmlText; index: number } {
  for (const text of fragment.createTreeWalker((node) => node instanceof Y.XmlText)) {
    const index = text instanceof Y.XmlText ? text.toDelta().reduce(plain, '').indexOf(words) : -1
    if (index >= 0) return { text: text as Y.XmlText, index }
  }
  throw new Error(`The demo does not say “${words}”`)
}

/** A mention takes the place of one character. */
const plain = (before: string, { insert }: { insert: unknown }) => before + (typeof insert === 'string' ? insert : '\ufffc')

function anchorOf(fragment: Y.XmlFragment, words: string): { start: string; end: string } {
  const { text, index } = placeOf(fragment, words)
  const encode = (at: number, side: number) =>
    Buffer.from(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, at, side))).toString('base64')
  return { start: encode(index, 0), end: encode(index + words.length, -1) }
}
