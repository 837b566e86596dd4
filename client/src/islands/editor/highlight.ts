import type { LanguageFn } from 'highlight.js'

type LoadLanguage = () => Promise<{ default: LanguageFn }>

/** The languages a code block can have. The identifiers are stored in documents: they may be added to, not renamed. */
export const languages: Record<string, { name: string; load: LoadLanguage }> = {
  bash: { name: 'Bash', load: () => import('highlight.js/lib/languages/bash') },
  c: { name: 'C', load: () => import('highlight.js/lib/languages/c') },
  cpp: { name: 'C++', load: () => import('highlight.js/lib/languages/cpp') },
  csharp: { name: 'C#', load: () => import('highlight.js/lib/languages/csharp') },
  css: { name: 'CSS', load: () => import('highlight.js/lib/languages/css') },
  diff: { name: 'Diff', load: () => import('highlight.js/lib/languages/diff') },
  go: { name: 'Go', load: () => import('highlight.js/lib/languages/go') },
  html: { name: 'HTML', load: () => import('highlight.js/lib/languages/xml') },
  java: { name: 'Java', load: () => import('highlight.js/lib/languages/java') },
  javascript: { name: 'JavaScript', load: () => import('highlight.js/lib/languages/javascript') },
  json: { name: 'JSON', load: () => import('highlight.js/lib/languages/json') },
  kotlin: { name: 'Kotlin', load: () => import('highlight.js/lib/languages/kotlin') },
  markdown: { name: 'Markdown', load: () => import('highlight.js/lib/languages/markdown') },
  php: { name: 'PHP', load: () => import('highlight.js/lib/languages/php') },
  python: { name: 'Python', load: () => import('highlight.js/lib/languages/python') },
  ruby: { name: 'Ruby', load: () => import('highlight.js/lib/languages/ruby') },
  rust: { name: 'Rust', load: () => import('highlight.js/lib/languages/rust') },
  sql: { name: 'SQL', load: () => import('highlight.js/lib/languages/sql') },
  swift: { name: 'Swift', load: () => import('highlight.js/lib/languages/swift') },
  typescript: { name: 'TypeScript', load: () => import('highlight.js/lib/languages/typescript') },
  yaml: { name: 'YAML', load: () => import('highlight.js/lib/languages/yaml') },
}

/** What else people and Markdown call them. A document keeps the word that was written. */
const aliases: Record<string, string> = {
  ...all('bash', 'sh shell zsh console'),
  ...all('c', 'h'),
  ...all('cpp', 'c++ cc cxx hpp'),
  ...all('csharp', 'c# cs'),
  ...all('diff', 'patch'),
  ...all('go', 'golang'),
  ...all('html', 'htm xhtml xml svg vue'),
  ...all('javascript', 'js jsx mjs cjs'),
  ...all('json', 'json5 jsonc'),
  ...all('kotlin', 'kt kts'),
  ...all('markdown', 'md'),
  ...all('python', 'py'),
  ...all('ruby', 'rb'),
  ...all('rust', 'rs'),
  ...all('sql', 'plpgsql pgsql postgres postgresql psql mysql sqlite'),
  ...all('typescript', 'ts tsx mts cts'),
  ...all('yaml', 'yml'),
}

function all(language: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(' ').map((word) => [word, language]))
}

/** The key in `languages` of what a code block says that it is; null when no highlighter knows it. */
export function languageOf(written: unknown): string | null {
  if (typeof written !== 'string') return null
  const word = written.toLowerCase()
  const language = Object.hasOwn(aliases, word) ? aliases[word] : word
  return language && Object.hasOwn(languages, language) ? language : null
}

export interface Span {
  /** Offsets in the text, `to` not included. */
  from: number
  to: number
  className: string
}

export interface Highlighter {
  has(language: string): boolean
  spans(language: string, text: string): Span[]
}

let loaded: Promise<Highlighter & { add(language: string): Promise<void> }> | undefined

/** The one highlighter, with these languages in it. */
export async function loadHighlighter(wanted: string[]): Promise<Highlighter> {
  loaded ??= create()
  loaded.catch(() => {
    loaded = undefined
  })
  const highlighter = await loaded
  await Promise.all(wanted.map((language) => highlighter.add(language)))
  return highlighter
}

async function create() {
  const { createLowlight } = await import('lowlight')
  const lowlight = createLowlight()
  return {
    has: (language: string) => lowlight.registered(language),
    async add(language: string) {
      const entry = languages[language]
      if (entry && !lowlight.registered(language)) lowlight.register(language, (await entry.load()).default)
    },
    spans: (language: string, text: string) => spansOf(lowlight.highlight(language, text).children as HighlightNode[]),
  }
}

type HighlightNode = { type: string; value?: string; properties?: { className?: string[] }; children?: HighlightNode[] }

function spansOf(nodes: HighlightNode[]): Span[] {
  const spans: Span[] = []
  let offset = 0
  const visit = (node: HighlightNode, classNames: string[]) => {
    if (node.type === 'text') {
      const to = offset + (node.value?.length ?? 0)
      if (classNames.length > 0 && to > offset) spans.push({ from: offset, to, className: classNames.join(' ') })
      offset = to
      return
    }
    const inner = [...classNames, ...(node.properties?.className ?? [])]
    for (const child of node.children ?? []) visit(child, inner)
  }
  for (const node of nodes) visit(node, [])
  return spans
}
