import { For, type JSX, Match, Show, Switch } from 'solid-js'
import { type CommentBody, type CommentMark, type CommentNode, safeAddress } from './commentBody.ts'

/** What somebody said. It comes from other people: text nodes and checked links, never markup. */
export function CommentText(props: { body: CommentBody; nameOf(id: string): string | undefined }) {
  return (
    <div class="comment-text">
      <For each={props.body.content}>
        {(paragraph) => (
          <p dir="auto">
            <For each={paragraph.content} fallback={<br />}>
              {(node) => <Inline node={node} nameOf={props.nameOf} />}
            </For>
          </p>
        )}
      </For>
    </div>
  )
}

function Inline(props: { node: CommentNode; nameOf(id: string): string | undefined }) {
  const text = () => props.node as Extract<CommentNode, { type: 'text' }>
  const mention = () => props.node as Extract<CommentNode, { type: 'mention' }>
  return (
    <Switch>
      <Match when={props.node.type === 'text'}>
        <Marked marks={text().marks ?? []}>{text().text}</Marked>
      </Match>
      <Match when={props.node.type === 'mention'}>
        {/* The name that the person has, not the one that the comment claims. */}
        <bdi class="comment-mention">@{props.nameOf(mention().attrs.id) ?? mention().attrs.label}</bdi>
      </Match>
      <Match when={props.node.type === 'hardBreak'}>
        <br />
      </Match>
    </Switch>
  )
}

function Marked(props: { marks: CommentMark[]; children: JSX.Element }): JSX.Element {
  const first = () => props.marks[0]
  const rest = () => <Marked marks={props.marks.slice(1)}>{props.children}</Marked>
  const address = () => {
    const mark = first()
    return mark?.type === 'link' ? safeAddress(mark.attrs.href) : undefined
  }
  return (
    <Show when={first()} fallback={props.children}>
      {(mark) => (
        <Switch fallback={rest()}>
          <Match when={mark().type === 'bold'}>
            <strong>{rest()}</strong>
          </Match>
          <Match when={mark().type === 'italic'}>
            <em>{rest()}</em>
          </Match>
          <Match when={mark().type === 'code'}>
            <code>{rest()}</code>
          </Match>
          <Match when={address()}>
            {(href) => (
              <a href={href()} target="_blank" rel="noopener noreferrer nofollow">
                {rest()}
              </a>
            )}
          </Match>
        </Switch>
      )}
    </Show>
  )
}
