import { onCleanup, Show } from 'solid-js'
import { textsOf } from '../../i18n.ts'
import type { Person } from '../../islands/contract.ts'
import { hueOf } from '../../ui/avatar.ts'
import { pageEn as en } from '../pageEn.ts'
import type { Follow } from './follow.ts'
import './follow.css'

const t = textsOf(en)

/** Says at the top of the view whose view it is, and frames it in that person's colour. */
export function FollowBanner(props: { follow: Follow }) {
  return (
    <>
      <p class="visually-hidden" role="status">
        {props.follow.following() && t('follow.banner', { name: props.follow.following()?.name ?? '' })}
      </p>
      <Show when={props.follow.following()} keyed>
        {(person) => <Banner person={person} onStop={props.follow.stop} />}
      </Show>
    </>
  )
}

function Banner(props: { person: Person; onStop(): void }) {
  // The frame is the view's own: it must not scroll.
  const frame = (element: HTMLElement) =>
    queueMicrotask(() => {
      const view = element.closest<HTMLElement>('.view')
      view?.classList.add('followed')
      view?.style.setProperty('--hue', String(hueOf(props.person.id)))
      onEnd = () => view?.classList.remove('followed')
    })
  let onEnd = () => {}
  onCleanup(() => onEnd())
  return (
    <div ref={frame} class="follow-place">
      <div class="follow-banner">
        <span dir="auto">{t('follow.banner', { name: props.person.name })}</span>
        <button type="button" aria-label={t('follow.stop', { name: props.person.name })} onClick={() => props.onStop()}>
          {en.follow.end} <kbd class="only-keys">Esc</kbd>
        </button>
      </div>
    </div>
  )
}
