import { A } from '@solidjs/router'
import { createResource, For, type JSX, Show } from 'solid-js'
import { safeAddress } from '../../../hocuspocus-server/src/schema/addresses.ts'
import { titleOf } from '../documents/actions.ts'
import type { ContentNode } from '../islands/contract.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { useWorkspace, type Workspaces } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import './messageContent.css'

type Context = Pick<Workspaces, 'nameOf' | 'document'> & {
  /** The reader: a mention of him stands out. */
  me: string | undefined
}

/** Deeper than any message that the server takes; what lies below is left out. */
const deepest = 40

/** A message with formats. Nodes that this client does not know are drawn as the text in them. */
export default function RichContent(props: { content: ContentNode; large: boolean }) {
  const { nameOf, document } = useWorkspace()
  const session = useSession()
  const context: Context = {
    nameOf,
    document,
    get me() {
      return session.user()?.id
    },
  }
  return (
    <div class="message-text rich" classList={{ 'emoji-alone': props.large }} dir="auto">
      <Nodes nodes={props.content.content} depth={1} context={context} />
    </div>
  )
}

interface NodesProps {
  nodes: ContentNode[] | undefined
  depth: number
  context: Context
}

function Nodes(props: NodesProps): JSX.Element {
  return (
    <Show when={props.depth <= deepest && Array.isArray(props.nodes)}>
      <For each={props.nodes}>{(node) => draw(node, props.depth, props.context)}</For>
    </Show>
  )
}

function draw(node: ContentNode, depth: number, context: Context): JSX.Element {
  // The server lets none of these in; a message must not break the list all the same.
  if (typeof node !== 'object' || node === null) return undefined
  const inner = () => <Nodes nodes={node.content} depth={depth + 1} context={context} />
  switch (node.type) {
    case 'text':
      return typeof node.text === 'string' ? marked(node.text, node.marks) : undefined
    case 'paragraph':
      return <p dir="auto">{inner()}</p>
    case 'hardBreak':
      return <br />
    case 'bulletList':
      return <ul dir="auto">{inner()}</ul>
    case 'orderedList':
      return (
        <ol dir="auto" start={Number.isInteger(node.attrs?.start) ? Number(node.attrs?.start) : 1}>
          {inner()}
        </ol>
      )
    case 'listItem':
      return <li>{inner()}</li>
    case 'blockquote':
      return <blockquote dir="auto">{inner()}</blockquote>
    case 'codeBlock':
      return <Code text={textIn(node)} language={node.attrs?.language} />
    case 'mention':
      return <Mention attrs={node.attrs ?? {}} context={context} />
    default:
      return inner()
  }
}

const textIn = (node: ContentNode): string => (Array.isArray(node.content) ? node.content : []).map((child) => child?.text ?? '').join('')

function marked(text: string, marks: ContentNode['marks']): JSX.Element {
  let drawn: JSX.Element = text
  for (const mark of Array.isArray(marks) ? marks : []) {
    const inside = drawn
    switch (mark?.type) {
      case 'bold':
        drawn = <strong>{inside}</strong>
        break
      case 'italic':
        drawn = <em>{inside}</em>
        break
      case 'underline':
        drawn = <u>{inside}</u>
        break
      case 'strike':
        drawn = <s>{inside}</s>
        break
      case 'code':
        drawn = <code>{inside}</code>
        break
      case 'link': {
        const href = typeof mark.attrs?.href === 'string' ? safeAddress(mark.attrs.href) : null
        if (href) {
          drawn = (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href === text ? undefined : href}>
              {inside}
            </a>
          )
        }
      }
    }
  }
  return drawn
}

/** The name is the one that it has now. What nobody here knows is no mention, whatever its label claims. */
function Mention(props: { attrs: Record<string, unknown>; context: Context }): JSX.Element {
  const id = () => String(props.attrs.id ?? '')
  const label = () => (typeof props.attrs.label === 'string' ? props.attrs.label : '')
  switch (props.attrs.kind) {
    case 'here':
    case 'all':
      return <span class="mention" data-kind="all">{`@${props.attrs.kind}`}</span>
    case 'group':
      return (
        <span class="mention" data-kind="group" dir="auto">
          @{label()}
        </span>
      )
    case 'date':
      return (
        <time class="mention" data-kind="date" datetime={id()}>
          {dayIn(id())}
        </time>
      )
    case 'document':
      return (
        <Show when={props.context.document(id())} fallback={<span class="mention hidden-page">{en.hiddenPage}</span>}>
          {(page) => (
            <A class="mention" data-kind="document" href={paths.document(id())} dir="auto">
              {page().icon ?? '📄'} {titleOf(page())}
            </A>
          )}
        </Show>
      )
    default:
      return (
        <Show when={props.context.nameOf(id())} fallback={`@${label()}`}>
          {(name) => (
            <span class="mention" data-kind="person" classList={{ me: id() === props.context.me }} dir="auto">
              @{name()}
            </span>
          )}
        </Show>
      )
  }
}

function dayIn(day: string): string {
  const date = new Date(`${day}T12:00:00`)
  if (Number.isNaN(date.getTime())) return day
  return new Intl.DateTimeFormat(document.documentElement.lang || 'en', { weekday: 'short', day: 'numeric', month: 'short' }).format(date)
}

/** Colours come when the highlighter is there; until then, and without it, the words are plain. */
function Code(props: { text: string; language: unknown }) {
  const [spans] = createResource(
    () => (typeof props.language === 'string' && props.language ? { language: props.language, text: props.text } : null),
    async ({ language, text }) => {
      const [{ languages, loadHighlighter }] = await Promise.all([
        import('../islands/editor/highlight.ts'),
        import('../islands/editor/highlight.css'),
      ])
      if (!Object.hasOwn(languages, language)) return []
      return (await loadHighlighter([language])).spans(language, text)
    },
  )
  const pieces = () => {
    const found = spans.state === 'ready' ? spans() : []
    const cut: { text: string; className?: string }[] = []
    let at = 0
    for (const span of found) {
      if (span.from > at) cut.push({ text: props.text.slice(at, span.from) })
      cut.push({ text: props.text.slice(span.from, span.to), className: span.className })
      at = span.to
    }
    cut.push({ text: props.text.slice(at) })
    return cut
  }
  return (
    <pre class="message-code" dir="ltr" tabindex="0">
      <code>
        <For each={pieces()}>{(piece) => (piece.className ? <span class={piece.className}>{piece.text}</span> : piece.text)}</For>
      </code>
    </pre>
  )
}
