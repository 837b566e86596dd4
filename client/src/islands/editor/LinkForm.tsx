import type { Editor } from '@tiptap/core'
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { safeAddress } from '../../../../hocuspocus-server/src/schema/addresses.ts'
import type { EditorText } from '../contract.ts'
import { Icon } from './icons.tsx'
import { Tool } from './Toolbar.tsx'

interface LinkFormProps {
  editor: Editor
  text: Pick<EditorText, 'linkAddress' | 'linkHint' | 'linkInvalid' | 'linkApply' | 'linkRemove' | 'linkOpen'>
  href: string
  /** True when somebody asked to edit; false when the caret merely stands in a link. */
  focused: boolean
  onDone(): void
}

/** Sets, changes, opens and removes the link under the selection. */
export function LinkForm({ editor, text, href, focused, onDone }: LinkFormProps) {
  const [address, setAddress] = useState(href)
  const [invalid, setInvalid] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const problemId = useId()
  useEffect(() => {
    if (focused) input.current?.select()
  }, [focused])

  const link = () => editor.chain().focus().extendMarkRange('link')
  const apply = (event: FormEvent) => {
    event.preventDefault()
    if (!address.trim()) return remove()
    const safe = safeAddress(address)
    if (!safe) return setInvalid(true)
    link().setLink({ href: safe }).run()
    onDone()
  }
  const remove = () => {
    link().unsetLink().run()
    onDone()
  }
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onDone()
  }
  const open = safeAddress(href)
  return (
    <form className="bubble link-form" onSubmit={apply} onKeyDown={leave}>
      <input
        ref={input}
        type="text"
        inputMode="url"
        autoComplete="off"
        aria-label={text.linkAddress}
        placeholder={text.linkHint}
        value={address}
        aria-invalid={invalid}
        aria-describedby={invalid ? problemId : undefined}
        onChange={(event) => {
          setAddress(event.target.value)
          setInvalid(false)
        }}
      />
      <button type="submit" aria-label={text.linkApply} title={text.linkApply}>
        <Icon name="check" />
      </button>
      {href && <Tool icon="unlink" label={text.linkRemove} run={remove} />}
      {open && (
        <a href={open} target="_blank" rel="noopener noreferrer" aria-label={text.linkOpen} title={text.linkOpen}>
          <Icon name="open" />
        </a>
      )}
      {invalid && (
        <p id={problemId} role="alert">
          {text.linkInvalid}
        </p>
      )}
    </form>
  )
}
