import { createUniqueId, type JSX, onCleanup, onMount, Show } from 'solid-js'
import { Button, IconButton } from './Button.tsx'
import './dialog.css'

const field = '.dialog-body :is(input:not([readonly], [type=radio], [type=hidden]), textarea, select)'

interface DialogProps {
  title: string
  children: JSX.Element
  /** Buttons at the end; the dialog's form is sent by a `type="submit"` among them. */
  footer?: JSX.Element
  onClose(): void
  /** Makes the dialog a form. */
  onSubmit?(event: SubmitEvent): void
  /** The close button's name; without it nothing but an action closes the dialog, not even Escape. */
  closeLabel?: string
}

/** A modal dialog: open as long as it is in the tree. Focus goes in, stays in, and returns to where it was. */
export function Dialog(props: DialogProps) {
  let element!: HTMLDialogElement
  let heading!: HTMLHeadingElement
  const titleId = createUniqueId()
  const before = document.activeElement

  onMount(() => {
    element.showModal()
    // The browser would take the close button. A form begins at its first field, a question at its mildest answer.
    const first = element.querySelector<HTMLElement>(`${field}, .dialog-foot button`) ?? heading
    first.focus()
  })
  onCleanup(() => {
    // What is outside an open modal dialog takes no focus.
    element.close()
    if (before instanceof HTMLElement && before.isConnected) before.focus()
  })

  const content = () => (
    <>
      <header class="dialog-head">
        <h2 id={titleId} class="grow" tabindex="-1" ref={heading}>
          {props.title}
        </h2>
        <Show when={props.closeLabel}>{(label) => <IconButton icon="close" label={label()} onClick={() => props.onClose()} />}</Show>
      </header>
      <div class="dialog-body">{props.children}</div>
      <Show when={props.footer}>
        <footer class="dialog-foot">{props.footer}</footer>
      </Show>
    </>
  )

  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={titleId}
      on:cancel={(event) => {
        event.preventDefault()
        // A file picker inside the dialog sends `cancel` too.
        if (event.target === element && props.closeLabel) props.onClose()
      }}
      on:click={(event) => {
        if (event.target === element && props.closeLabel) props.onClose()
      }}
    >
      <Show when={props.onSubmit} fallback={<div class="dialog-card">{content()}</div>}>
        <form
          class="dialog-card"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            props.onSubmit?.(event)
          }}
        >
          {content()}
        </form>
      </Show>
    </dialog>
  )
}

interface ConfirmProps {
  title: string
  children: JSX.Element
  action: string
  cancel: string
  busy?: boolean
  onConfirm(): void
  onClose(): void
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog(props: ConfirmProps) {
  return (
    <Dialog
      title={props.title}
      onClose={() => props.onClose()}
      closeLabel={props.cancel}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {props.cancel}
          </Button>
          <Button look="danger" busy={props.busy ?? false} onClick={() => props.onConfirm()}>
            {props.action}
          </Button>
        </>
      }
    >
      {props.children}
    </Dialog>
  )
}
