import { createSignal, lazy, Show, Suspense } from 'solid-js'
import { Button, type ButtonLook } from '../ui/Button.tsx'
import { en } from './buttonEn.ts'
import type { SharedItem } from './sharing.ts'

const ShareDialog = lazy(() => import('./ShareDialog.tsx').then((module) => ({ default: module.ShareDialog })))

/** Opens the dialog that says who has access, and shares. For editors of the space. */
export function ShareButton(props: { item: SharedItem; title: string; look?: ButtonLook }) {
  const [open, setOpen] = createSignal(false)
  return (
    <>
      <Button look={props.look ?? 'quiet'} icon="userPlus" onClick={() => setOpen(true)}>
        {en.share}
      </Button>
      <Show when={open()}>
        <Suspense>
          <ShareDialog item={props.item} title={props.title || en.untitled} onClose={() => setOpen(false)} />
        </Suspense>
      </Show>
    </>
  )
}
