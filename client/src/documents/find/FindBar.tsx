import { createEffect, createSignal, on, onCleanup, Show } from 'solid-js'
import { en as common } from '../../en.ts'
import { formatNumber, textsOf } from '../../i18n.ts'
import type { Finder, FindProgress, FindQuery } from '../../islands/contract.ts'
import { Button, IconButton } from '../../ui/Button.tsx'
import { pageEn as en } from '../pageEn.ts'
import './findBar.css'

const t = textsOf(en)

interface FindBarProps {
  finder: Finder
  asked: { replace: boolean; opening: number }
  mayReplace: boolean
  onClose(): void
}

type Option = Exclude<keyof FindQuery, 'text'>

const options: { name: Option; sign: string }[] = [
  { name: 'matchCase', sign: 'Aa' },
  { name: 'wholeWord', sign: '“a”' },
  { name: 'regex', sign: '.*' },
]

/** Finds words on the page, and replaces them. Works without a mouse: Enter goes on, Escape returns to the text. */
export default function FindBar(props: FindBarProps) {
  const [query, setQuery] = createSignal<FindQuery>({ text: props.finder.selectedText(), matchCase: false, wholeWord: false, regex: false })
  const [replacement, setReplacement] = createSignal('')
  const [replacing, setReplacing] = createSignal(false)
  const [progress, setProgress] = createSignal<FindProgress>({ count: 0, current: -1, busy: false, problem: null })
  const [told, setTold] = createSignal('')
  let field!: HTMLInputElement
  let other: HTMLInputElement | undefined

  onCleanup(props.finder.watch(setProgress))
  createEffect(() => {
    setTold('')
    props.finder.search(query())
  })
  createEffect(
    on(
      () => props.asked,
      (asked) => {
        if (asked.replace) setReplacing(true)
        const selected = asked.opening > 1 && document.activeElement?.closest('.find-bar') === null && props.finder.selectedText()
        if (selected) setQuery({ ...query(), text: selected })
        queueMicrotask(() => {
          const wanted = asked.replace && query().text && other ? other : field
          wanted.focus()
          wanted.select()
        })
      },
    ),
  )
  // Without a way back through the page (the page itself is left, say) nothing stays painted.
  let ended = false
  const close = () => {
    ended = true
    props.onClose()
    props.finder.end()
  }
  onCleanup(() => {
    if (!ended) props.finder.end()
  })

  const isReplacing = () => replacing() && props.mayReplace
  const count = () => {
    const { count, current, busy, problem } = progress()
    if (problem) return en.find[problem]
    if (!query().text || busy) return ''
    return count === 0 ? en.find.none : t('find.place', { place: formatNumber(current + 1), count: formatNumber(count) })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' && event.target === field) props.finder.step(event.shiftKey ? -1 : 1)
    else if (event.key === 'Enter' && event.target === other) {
      if (event.ctrlKey || event.metaKey) replaceAll()
      else props.finder.replace(replacement())
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const replaceAll = () => {
    const replaced = props.finder.replaceAll(replacement())
    setTold(t('find.replaced', { count: formatNumber(replaced) }))
  }

  return (
    <search class="find-place">
      <fieldset class="find-bar" aria-label={en.find.title} onKeyDown={onKeyDown}>
        <div class="find-field" classList={{ wrong: progress().problem !== null }}>
          <input
            ref={field}
            type="text"
            dir="auto"
            aria-label={en.find.text}
            placeholder={en.find.text}
            autocomplete="off"
            spellcheck={false}
            enterkeyhint="search"
            aria-invalid={progress().problem ? 'true' : undefined}
            value={query().text}
            onInput={(event) => setQuery({ ...query(), text: event.currentTarget.value })}
          />
          <span class="find-count" role="status">
            {told() || count()}
          </span>
        </div>
        <div class="find-tools">
          {options.map(({ name, sign }) => (
            <button
              type="button"
              class="button quiet find-option"
              aria-label={en.find[name]}
              title={en.find[name]}
              aria-pressed={query()[name]}
              // Drawn by the style sheet: as text it would be taken for a part of the name.
              data-sign={sign}
              onClick={() => setQuery({ ...query(), [name]: !query()[name] })}
            />
          ))}
          <IconButton icon="arrowUp" label={en.find.previous} onClick={() => props.finder.step(-1)} />
          <IconButton icon="arrowDown" label={en.find.next} onClick={() => props.finder.step(1)} />
          <Show when={props.mayReplace}>
            <IconButton icon="pencil" label={en.find.replaceMode} aria-expanded={replacing()} onClick={() => setReplacing(!replacing())} />
          </Show>
        </div>
        <IconButton class="find-close" icon="close" label={common.close} onClick={close} />
        <Show when={isReplacing()}>
          <div class="find-field">
            <input
              ref={other}
              type="text"
              dir="auto"
              aria-label={en.find.replacement}
              placeholder={en.find.replacement}
              autocomplete="off"
              value={replacement()}
              onInput={(event) => setReplacement(event.currentTarget.value)}
            />
          </div>
          <div class="find-tools">
            <Button look="outline" onClick={() => props.finder.replace(replacement())}>
              {en.find.replace}
            </Button>
            <Button look="outline" onClick={replaceAll}>
              {en.find.replaceAll}
            </Button>
          </div>
        </Show>
      </fieldset>
    </search>
  )
}
