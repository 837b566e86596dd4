import { For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { Icon } from '../ui/Icon.tsx'
import { en } from './en.ts'
import { type AccessChange, effectOf, summaryOf } from './preview.ts'
import './accessPreview.css'

const t = textsOf(en)
const detailsShown = 50

/** What a change of rights would do, before it is saved: how many people, and on demand who and what. */
export function AccessPreview(props: { changes: readonly AccessChange[] }) {
  const role = (value: AccessChange['before']) => (value === null ? t('preview.none') : common.roles[value])
  return (
    <Show when={props.changes.length > 0} fallback={<p>{t('preview.nothing')}</p>}>
      <ul class="access-summary">
        <For each={summaryOf(props.changes)}>
          {({ effect, text }) => (
            <li data-effect={effect}>
              <Icon name={effect === 'lose' || effect === 'less' ? 'alert' : 'check'} />
              <span>{text}</span>
            </li>
          )}
        </For>
      </ul>
      <details class="access-details">
        <summary>{t('preview.details')}</summary>
        <ul>
          <For each={props.changes.slice(0, detailsShown)}>
            {(change) => (
              <li data-effect={effectOf(change)}>
                <strong>{change.name}</strong> · {change.object_name ?? t('preview.untitled')}: {role(change.before)} → {role(change.after)}
              </li>
            )}
          </For>
        </ul>
        <Show when={props.changes.length > detailsShown}>
          <p class="muted">{t('preview.more_rows', { count: props.changes.length - detailsShown })}</p>
        </Show>
      </details>
    </Show>
  )
}
