import { createSignal, For, Show } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { CopyField } from '../ui/CopyField.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { outsideEn as en } from './outsideEn.ts'
import { fullTime } from './time.ts'
import './outside.css'

const t = textsOf(en)
type WebhookRow = Row<'webhooks'>
interface Secret {
  id: string
  secret: string
}
type Asked = { what: 'rotate' | 'revoke'; hook: WebhookRow }

/** The webhooks of a room, for whoever moderates it. */
export default function Webhooks(props: { roomId: string }) {
  const workspace = useWorkspace()
  const [version, setVersion] = createSignal(0)
  const [shown, setShown] = createSignal<{ name: string; address: string }>()
  const [asked, setAsked] = createSignal<Asked>()
  const hooks = createLoad(
    () => [props.roomId, version()] as const,
    ([room]) => rows<WebhookRow[]>(rest.from('webhooks').select('*').eq('room_id', room).is('revoked_at', null).order('created_at')),
  )
  const show = (name: string, { id, secret }: Secret) => {
    setShown({ name, address: `${location.origin}/functions/v1/hooks/${id}/${secret}` })
    setVersion(version() + 1)
  }
  async function rotate(hook: WebhookRow) {
    const [made] = await rpc<Secret[]>('rotate_webhook', { webhook_id: hook.id })
    if (made) show(hook.name, made)
  }
  async function revoke(hook: WebhookRow) {
    await rpc('revoke_webhook', { webhook_id: hook.id })
    setShown(undefined)
    setVersion(version() + 1)
    toast(en.revoked)
  }
  async function confirm({ what, hook }: Asked) {
    setAsked(undefined)
    await attempt(en[what], () => (what === 'rotate' ? rotate(hook) : revoke(hook)))
  }

  return (
    <div class="outside">
      <p class="muted">{en.webhooksLede}</p>
      <Show when={shown()} keyed>
        {(made) => (
          <CopyField
            label={t('address', { name: made.name })}
            value={made.address}
            hint={en.addressHint}
            copy={en.copy}
            copied={en.copied}
          />
        )}
      </Show>
      <Show when={hooks.error()}>
        <p class="form-error" role="alert">
          {sentenceOf(hooks.error())}
        </p>
      </Show>
      <Show when={hooks.value()} fallback={hooks.error() ? null : <Skeleton lines={2} />}>
        {(found) => (
          <Show when={found().length > 0} fallback={<p class="muted">{en.noWebhooks}</p>}>
            <ul class="outside-list" aria-label={en.webhooks}>
              <For each={found()}>
                {(hook) => (
                  <li>
                    <div class="outside-what">
                      <strong dir="auto">{hook.name}</strong>
                      <small class="muted">
                        {t('madeBy', { name: workspace.nameOf(hook.made_by ?? '') ?? '–' })},{' '}
                        {hook.last_used_at ? t('lastUsed', { when: fullTime(hook.last_used_at) }) : en.neverUsed}
                      </small>
                    </div>
                    <Button look="quiet" onClick={() => setAsked({ what: 'rotate', hook })}>
                      {en.rotate}
                    </Button>
                    <Button look="quiet" onClick={() => setAsked({ what: 'revoke', hook })}>
                      {en.revoke}
                    </Button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <NewWebhook roomId={props.roomId} onMade={show} />
      <p class="field-hint">{en.endsWithMaker}</p>
      <Show when={asked()} keyed>
        {(what) => (
          <ConfirmDialog
            title={t(what.what === 'rotate' ? 'rotateNamed' : 'revokeNamed', { name: what.hook.name })}
            action={en[what.what]}
            cancel={en.cancel}
            onClose={() => setAsked(undefined)}
            onConfirm={() => void confirm(what)}
          >
            <p>{what.what === 'rotate' ? en.rotateText : en.revokeText}</p>
          </ConfirmDialog>
        )}
      </Show>
    </div>
  )
}

function NewWebhook(props: { roomId: string; onMade(name: string, secret: Secret): void }) {
  const submit = createSubmit<'name'>(sentenceOf)
  async function make(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    await submit.run(form, { name: !name && en.nameMissing }, async () => {
      const may_mention = new FormData(form).get('mention') !== null
      const [made] = await rpc<Secret[]>('create_webhook', { room_id: props.roomId, name, may_mention })
      form.reset()
      if (made) props.onMade(name, made)
    })
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void make(event.currentTarget)
      }}
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field label={en.webhookName} name="name" maxlength={80} autocomplete="off" error={submit.errorOf('name')} />
      <label class="choice">
        <input type="checkbox" name="mention" />
        <span>
          {en.mayMention}
          <small class="muted outside-hint">{en.mayMentionHint}</small>
        </span>
      </label>
      <Button look="outline" type="submit" icon="plus" busy={submit.busy()}>
        {en.makeWebhook}
      </Button>
    </form>
  )
}
