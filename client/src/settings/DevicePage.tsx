import { A } from '@solidjs/router'
import { createResource, createSignal, For, onCleanup, onMount, Show, Suspense } from 'solid-js'
import { relativeTime, sizeOf, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { MessageBody } from '../rooms/outgoingMessages.ts'
import { Section } from '../security/Section.tsx'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { rest, rows } from '../supabase.ts'
import { forgetRead } from '../sync/answers.ts'
import { device, type Receipt } from '../sync/mutations.ts'
import type { Waiting } from '../sync/outbox.ts'
import { isMutation } from '../sync/overlay.ts'
import { type KeptText, textsEvent, unsentTexts } from '../sync/texts.ts'
import { outboxOf } from '../sync/waiting.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './deviceEn.ts'
import './settings.css'
import './device.css'

const t = textsOf(en)
const mostReceipts = 100

/** `/settings/device`: what this browser keeps, what waits on it, and what became of changes that had to wait. */
export default function DevicePage() {
  const session = useSession()
  const workspace = useWorkspace()
  const outbox = outboxOf(session.user()?.id ?? '')
  const [unsent, setUnsent] = createSignal<KeptText[]>([])
  const readUnsent = () => void unsentTexts(session.user()?.id ?? '').then(setUnsent, () => {})
  onMount(() => {
    readUnsent()
    addEventListener(textsEvent, readUnsent)
    onCleanup(() => removeEventListener(textsEvent, readUnsent))
  })
  return (
    <Page
      title={t('title')}
      before={
        <A class="button quiet" href={paths.settings()}>
          <Icon name="gear" />
          <span class="button-label">{t('back')}</span>
        </A>
      }
    >
      <div class="page page-narrow settings">
        <Storage person={session.user()?.id ?? ''} />
        <Section title={t('waiting.title')}>
          <ul class="device-list">
            <Show when={outbox.entries().length + unsent().length === 0}>
              <li class="muted">{t('waiting.none')}</li>
            </Show>
            <For each={outbox.entries()}>
              {(entry) => (
                <Entry entry={entry} onRetry={() => void outbox.retry(entry.id)} onDiscard={() => void outbox.discard(entry.id)} />
              )}
            </For>
            <For each={unsent()}>
              {(text) => (
                <li>
                  <span class="grow">
                    <A href={paths.document(text.document)}>
                      {t('waiting.text', { title: workspace.document(text.document)?.title || t('waiting.untitled') })}
                    </A>
                    <span class="muted">
                      {t('waiting.sending')} · {relativeTime(new Date(text.openedAt))}
                    </span>
                  </span>
                </li>
              )}
            </For>
          </ul>
        </Section>
        <Suspense>
          <Receipts pending={outbox.entries().length} />
        </Suspense>
      </div>
    </Page>
  )
}

function Storage(props: { person: string }) {
  const [estimate, { refetch }] = createResource(() => navigator.storage?.estimate?.() ?? Promise.resolve(undefined))
  const [persisted, { mutate }] = createResource(() => navigator.storage?.persisted?.() ?? Promise.resolve(false))

  async function persist() {
    const granted = await navigator.storage.persist()
    mutate(granted)
    if (!granted) toast(t('storage.notGranted'))
  }
  async function wipe() {
    await forgetRead(props.person)
    await refetch()
    toast(t('storage.wiped'))
  }

  return (
    <Section title={t('storage.title')}>
      <p class="muted">{t('storage.text')}</p>
      <Show when={estimate()} fallback={<p class="muted">{t('storage.unknown')}</p>}>
        {(found) => (
          <div class="device-storage">
            <meter aria-label={t('storage.meter')} min="0" max={found().quota ?? 1} value={found().usage ?? 0} />
            <span>{t('storage.used', { used: sizeOf(found().usage ?? 0), quota: sizeOf(found().quota ?? 0) })}</span>
          </div>
        )}
      </Show>
      <p class="muted">{persisted() ? t('storage.persistent') : t('storage.fleeting')}</p>
      <div class="settings-actions">
        <Show when={!persisted()}>
          <Button look="outline" icon="lock" onClick={() => void persist()}>
            {t('storage.persist')}
          </Button>
        </Show>
        <Button look="outline" icon="trash" onClick={() => void wipe()}>
          {t('storage.wipe')}
        </Button>
      </div>
    </Section>
  )
}

/** In the words of what was changed, as "Page changed". */
function nameOf(entity: string, op: string): string {
  const words: Record<string, Record<string, string> | string> = en.what
  const known = words[entity]
  return (typeof known === 'object' ? known[op] : undefined) ?? t('what.other')
}

function Entry(props: { entry: Waiting; onRetry(): void; onDiscard(): void }) {
  const workspace = useWorkspace()
  const name = () => {
    const { entry } = props
    if (!isMutation(entry)) return t('waiting.message', { text: (entry.body as MessageBody).words.text })
    const title = entry.body.patch?.title ?? workspace.document(entry.body.id)?.title
    return [nameOf(entry.body.entity, entry.body.op), title].filter(Boolean).join(': ')
  }
  return (
    <li>
      <span class="grow">
        <strong>{name()}</strong>
        <span class="muted">
          {props.entry.problem === null ? t('waiting.sending') : t('waiting.refused', { reason: props.entry.problem })}
          {' · '}
          {relativeTime(props.entry.createdAt)}
        </span>
      </span>
      <Show when={props.entry.problem !== null}>
        <Button look="outline" onClick={props.onRetry}>
          {t('waiting.retry')}
        </Button>
        <Button look="quiet" onClick={props.onDiscard}>
          {t('waiting.discard')}
        </Button>
      </Show>
    </li>
  )
}

function Receipts(props: { pending: number }) {
  const workspace = useWorkspace()
  const [failed, setFailed] = createSignal(false)
  const [receipts] = createResource(
    () => props.pending,
    async () => {
      setFailed(false)
      // Without network it says so at once.
      const query = rest.from('sync_receipts').select('*').order('created_at', { ascending: false }).limit(mostReceipts).retry(false)
      return rows<Receipt[]>(query).catch(() => {
        setFailed(true)
        return []
      })
    },
  )
  const outcomeOf = ({ outcome, message }: Receipt) =>
    outcome === 'refused'
      ? t('receipts.refused', { reason: message ?? '' })
      : outcome === 'merged'
        ? t('receipts.merged')
        : t('receipts.done')

  return (
    <Section title={t('receipts.title')}>
      <p class="muted">{t('receipts.text')}</p>
      <ul class="device-list">
        <For each={receipts.latest ?? []} fallback={<li class="muted">{failed() ? t('receipts.failed') : t('receipts.none')}</li>}>
          {(receipt) => (
            <li data-outcome={receipt.outcome} data-own={receipt.device === device()}>
              <span class="grow">
                <strong>{nameOf(receipt.entity, 'change')}</strong>
                <span>{workspace.document(receipt.row_id)?.title}</span>
                <span class="muted">
                  {outcomeOf(receipt)} · {relativeTime(receipt.created_at)}
                </span>
              </span>
            </li>
          )}
        </For>
      </ul>
    </Section>
  )
}
