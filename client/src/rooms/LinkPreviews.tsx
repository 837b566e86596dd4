import { createSignal, For, onMount, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { rpc } from '../supabase.ts'
import { IconButton } from '../ui/Button.tsx'
import { toast } from '../ui/Toast.tsx'
import { attempt } from './attempt.ts'
import type { LinkPreview } from './messageLog.ts'
import { outsideEn as en } from './outsideEn.ts'
import { previewPicture } from './previewPictures.ts'
import './linkPreviews.css'

const t = textsOf(en)
/** From here on a picture is worth more than a thumbnail. */
const wideFrom = 320

interface LinkPreviewsProps {
  messageId: string
  previews: LinkPreview[]
  mayRemove: boolean
}

/** The cards under a message of the pages that it names. What they say is text, whatever it looks like. */
export default function LinkPreviews(props: LinkPreviewsProps) {
  return (
    <ul class="link-previews">
      <For each={props.previews.filter(({ url }) => /^https?:\/\//i.test(url))}>
        {(preview) => <Card preview={preview} messageId={props.messageId} mayRemove={props.mayRemove} />}
      </For>
    </ul>
  )
}

function Card(props: { preview: LinkPreview; messageId: string; mayRemove: boolean }) {
  const remove = async () => {
    const args = { message_id: props.messageId, url: props.preview.url }
    if (await attempt(en.removePreview, () => rpc('remove_preview', args))) toast(en.removed)
  }
  const isWide = () => {
    const { image } = props.preview
    return image !== null && image.width >= wideFrom && image.width >= image.height * 1.2
  }
  return (
    <li class="link-preview" classList={{ wide: isWide() }}>
      <div class="link-preview-words">
        <span class="link-preview-site" dir="auto">
          {props.preview.site}
        </span>
        <a class="link-preview-title" href={props.preview.url} target="_blank" rel="noopener noreferrer" dir="auto">
          {props.preview.title}
        </a>
        <Show when={props.preview.description}>
          <p class="link-preview-text" dir="auto">
            {props.preview.description}
          </p>
        </Show>
      </div>
      <Show when={props.preview.image}>{(size) => <Picture id={props.preview.id} title={props.preview.title} size={size()} />}</Show>
      <Show when={props.mayRemove}>
        <IconButton icon="close" label={en.removePreview} onClick={() => void remove()} />
      </Show>
    </li>
  )
}

/** It has its place before it comes, so that nothing jumps. */
function Picture(props: { id: string; title: string; size: { width: number; height: number } }) {
  const [address, setAddress] = createSignal<string>()
  onMount(() => previewPicture(props.id).then(setAddress, () => {}))
  return (
    <img
      class="link-preview-picture"
      src={address()}
      alt={t('pictureOf', { title: props.title })}
      width={props.size.width}
      height={props.size.height}
      data-waiting={address() ? undefined : ''}
    />
  )
}
