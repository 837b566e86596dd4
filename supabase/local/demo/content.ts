import * as Y from 'yjs'

/** Who is on the sample team. The first makes the workspace and is the one to sign in as. */
export const PEOPLE = [
  { key: 'ada', name: 'Ada Lindqvist', role: 'owner' },
  { key: 'ben', name: 'Ben Okafor', role: 'admin' },
  { key: 'chloe', name: 'Chloé Martin', role: 'editor' },
  { key: 'dan', name: 'Dan Kowalski', role: 'viewer' },
] as const

export type PersonKey = (typeof PEOPLE)[number]['key']

export const WORKSPACE = 'Lighthouse'

export interface DemoDocument {
  title: string
  by: PersonKey
  content: () => Y.XmlElement[]
  children?: DemoDocument[]
}

export interface DemoSpace {
  /** The open space that every workspace begins with, when there is no name. */
  name?: string
  private?: boolean
  members?: PersonKey[]
  documents: DemoDocument[]
  rooms: { name?: string; topic?: string; messages: [PersonKey, string][] }[]
}

export const SPACES: DemoSpace[] = [
  {
    documents: [
      {
        title: 'Welcome to Lighthouse',
        by: 'ada',
        content: () => [
          heading('What this is'),
          paragraph(
            'This team is made up, so that you can look around. Everything in here works: type, rename, invite somebody, break things.',
          ),
          heading('Three things to try'),
          tasks([
            ['Open this page in a second window and type in both', false],
            ['Press Ctrl-K or ⌘K and go somewhere', false],
            ['Find this list', true],
          ]),
        ],
        children: [
          {
            title: 'How we decide',
            by: 'ben',
            content: () => [
              paragraph(
                'Small things: whoever does the work. Large things: a page like this one, two days for comments, then Ada or Ben says yes or no.',
              ),
              bullets([
                'Write down what was decided, and why.',
                'Link the page in the room.',
                'Changing your mind is allowed, in writing.',
              ]),
            ],
          },
        ],
      },
      {
        title: 'Spring release',
        by: 'chloe',
        content: () => [
          heading('Goal'),
          paragraph('Keepers read the state of all lamps on a phone, also where there is no signal.'),
          heading('Left to do'),
          tasks([
            ['Battery reading for the old lamps', true],
            ['Offline map', false],
            ['Translate the manual', false],
          ]),
        ],
      },
    ],
    rooms: [
      {
        messages: [
          ['ada', 'Good morning! The buoy data is back since 06:40.'],
          ['chloe', 'I see it. The gap of last night stays a gap, right?'],
          ['ada', 'Yes. We do not invent readings.'],
          ['ben', 'The release page is up to date, please tick off what is done.'],
        ],
      },
      {
        name: 'release',
        topic: 'What is left for spring',
        messages: [
          ['ben', 'How far is the offline map?'],
          ['chloe', 'Tiles load, search does not yet. Thursday.'],
        ],
      },
    ],
  },
  {
    name: 'Leads',
    private: true,
    members: ['ben'],
    documents: [
      {
        title: 'Budget',
        by: 'ada',
        content: () => [
          paragraph('Only Ada and Ben see this space. Chloé and Dan do not know that it exists.'),
          bullets(['Lamps: 40 %', 'Boats: 35 %', 'People: never enough']),
        ],
      },
    ],
    rooms: [],
  },
]

const text = (content: string) => new Y.XmlText(content)

function element(name: string, children: (Y.XmlElement | Y.XmlText)[], attributes: Record<string, unknown> = {}): Y.XmlElement {
  const made = new Y.XmlElement(name)
  // The editor's attributes are not all strings, as Yjs' types would have it.
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  made.insert(0, children)
  return made
}

const heading = (content: string) => element('heading', [text(content)], { level: 2 })
const paragraph = (content: string) => element('paragraph', [text(content)])
const bullets = (items: string[]) =>
  element(
    'bulletList',
    items.map((item) => element('listItem', [paragraph(item)])),
  )
const tasks = (items: [string, boolean][]) =>
  element(
    'taskList',
    items.map(([item, checked]) => element('taskItem', [paragraph(item)], { checked })),
  )
