import { createSignal, For, Show } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { fullTime } from '../rooms/time.ts'
import type { Role } from '../rows.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { CopyField } from '../ui/CopyField.tsx'
import { ConfirmDialog, Dialog } from '../ui/Dialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { botsEn as en } from './botsEn.ts'
import '../rooms/outside.css'

const t = textsOf(en)
type Token = Row<'api_tokens'>
interface Bot {
  id: string
  name: string
  role: Role
  tokens: Token[]
}
type Asked = { bot: Bot; token?: Token }

const botRoles = ['viewer', 'commenter', 'editor'] as const satisfies readonly Role[]
const offeredDays = [30, 90, 365]

async function readBots(workspace: string): Promise<Bot[]> {
  const [bots, tokens, members] = await Promise.all([
    rows<{ id: string; profiles: { name: string } | null }[]>(
      rest.from('bots').select('id,profiles!bots_id_fkey(name)').eq('workspace_id', workspace).is('removed_at', null).order('created_at'),
    ),
    rows<Token[]>(rest.from('api_tokens').select('*').eq('workspace_id', workspace).is('revoked_at', null).order('created_at')),
    rows<{ user_id: string; role: Role }[]>(rest.from('members').select('user_id,role').eq('workspace_id', workspace)),
  ])
  return bots.map(({ id, profiles }) => ({
    id,
    name: profiles?.name ?? '',
    role: members.find((member) => member.user_id === id)?.role ?? 'guest',
    tokens: tokens.filter((token) => token.bot_id === id),
  }))
}

/** The bots of a workspace and their tokens. */
export function Bots() {
  const workspace = useWorkspace()
  const [version, setVersion] = createSignal(0)
  const [making, setMaking] = createSignal(false)
  const [asked, setAsked] = createSignal<Asked>()
  const [problem, setProblem] = createSignal('')
  const bots = createLoad(
    () => [workspace.id(), version()] as const,
    ([id]) => readBots(id),
  )
  const refresh = () => setVersion(version() + 1)

  async function confirm({ bot, token }: Asked) {
    setAsked(undefined)
    setProblem('')
    try {
      await (token ? rpc('revoke_api_token', { token_id: token.id }) : rpc('remove_bot', { bot_id: bot.id }))
      toast(token ? en.revoked : t('removed', { name: bot.name }))
    } catch (error) {
      setProblem(sentenceOf(error))
    }
    refresh()
  }

  return (
    <>
      <div class="admin-head">
        <p class="muted grow">{en.lede}</p>
        <Button look="primary" icon="plus" onClick={() => setMaking(true)}>
          {en.new}
        </Button>
      </div>
      <Show when={problem() || bots.error()}>
        <p class="form-error" role="alert">
          {problem() || sentenceOf(bots.error())}
        </p>
        <Button look="outline" onClick={refresh}>
          {common.retry}
        </Button>
      </Show>
      <Show when={bots.value()} fallback={bots.error() ? null : <Skeleton lines={4} />}>
        {(found) => (
          <Show when={found().length > 0} fallback={<EmptyState icon="people" title={en.none} text={en.noneText} />}>
            <ul class="groups" aria-label={en.list}>
              <For each={found()}>
                {(bot) => <BotItem bot={bot} onMade={refresh} onAsk={(token) => setAsked(token ? { bot, token } : { bot })} />}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Show when={making()}>
        <NewBot onClose={() => setMaking(false)} onMade={refresh} />
      </Show>
      <Show when={asked()} keyed>
        {(what) => (
          <ConfirmDialog
            title={what.token ? t('revokeNamed', { name: what.token.name }) : t('removeNamed', { name: what.bot.name })}
            action={what.token ? en.revoke : en.remove}
            cancel={common.cancel}
            onClose={() => setAsked(undefined)}
            onConfirm={() => void confirm(what)}
          >
            <p>{what.token ? en.revokeText : en.removeText}</p>
          </ConfirmDialog>
        )}
      </Show>
    </>
  )
}

function BotItem(props: { bot: Bot; onMade(): void; onAsk(token?: Token): void }) {
  const [open, setOpen] = createSignal(false)
  const endOf = ({ expires_at }: Token) =>
    expires_at && (new Date(expires_at) > new Date() ? t('ends', { when: fullTime(expires_at) }) : en.ended)
  return (
    <li class="group">
      <div class="admin-head">
        <Avatar id={props.bot.id} name={props.bot.name} />
        <h2 class="grow" dir="auto">
          {props.bot.name}
        </h2>
        <span class="muted">{common.roles[props.bot.role]}</span>
        <Button look="quiet" onClick={() => setOpen(true)}>
          {en.newToken}
        </Button>
        <Button look="quiet" onClick={() => props.onAsk()}>
          {en.remove}
        </Button>
      </div>
      <Show when={props.bot.tokens.length > 0} fallback={<p class="muted">{en.noTokens}</p>}>
        <ul class="outside-list">
          <For each={props.bot.tokens}>
            {(token) => (
              <li>
                <div class="outside-what">
                  <strong dir="auto">{token.name}</strong>
                  <small class="muted">
                    {[token.last_used_at ? t('lastUsed', { when: fullTime(token.last_used_at) }) : en.neverUsed, endOf(token)]
                      .filter(Boolean)
                      .join(', ')}
                  </small>
                </div>
                <Button look="quiet" onClick={() => props.onAsk(token)}>
                  {en.revoke}
                </Button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={open()}>
        <NewToken bot={props.bot} onMade={() => props.onMade()} onClose={() => setOpen(false)} />
      </Show>
    </li>
  )
}

function NewBot(props: { onClose(): void; onMade(): void }) {
  const workspace = useWorkspace()
  const [role, setRole] = createSignal<(typeof botRoles)[number]>('commenter')
  const submit = createSubmit<'name'>(sentenceOf)
  async function make(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    await submit.run(form, { name: !name && en.nameMissing }, async () => {
      await rpc('create_bot', { workspace_id: workspace.id(), name, role: role() })
      toast(t('made', { name }))
      props.onMade()
      props.onClose()
    })
  }
  return (
    <Dialog title={en.new} onClose={() => props.onClose()} closeLabel={common.close}>
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
        <Field label={en.name} name="name" maxlength={80} autocomplete="off" error={submit.errorOf('name')} />
        <Select
          label={en.role}
          value={role()}
          options={botRoles.map((value) => ({ value, label: common.roles[value] }))}
          onChange={setRole}
        />
        <Button look="primary" type="submit" busy={submit.busy()}>
          {en.make}
        </Button>
      </form>
    </Dialog>
  )
}

function NewToken(props: { bot: Bot; onClose(): void; onMade(): void }) {
  const submit = createSubmit<'name'>(sentenceOf)
  const [token, setToken] = createSignal('')
  const [days, setDays] = createSignal('90')
  async function make(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    await submit.run(form, { name: !name && en.nameMissing }, async () => {
      const expires_at = days() === '0' ? null : new Date(Date.now() + Number(days()) * 86_400_000).toISOString()
      const [made] = await rpc<{ token: string }[]>('create_api_token', { bot_id: props.bot.id, name, expires_at })
      setToken(made?.token ?? '')
    })
  }
  const close = () => {
    if (token()) props.onMade()
    props.onClose()
  }
  return (
    <Dialog title={t('tokenOf', { name: props.bot.name })} onClose={close} closeLabel={common.close}>
      <Show
        when={token()}
        fallback={
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
            <Field label={en.tokenName} name="name" maxlength={80} autocomplete="off" error={submit.errorOf('name')} />
            <Select
              label={en.tokenEnds}
              value={days()}
              options={[
                ...offeredDays.map((count) => ({ value: String(count), label: t('inDays', { count }) })),
                { value: '0', label: en.never },
              ]}
              onChange={setDays}
            />
            <Button look="primary" type="submit" busy={submit.busy()}>
              {en.makeToken}
            </Button>
          </form>
        }
      >
        <CopyField label={t('tokenOf', { name: props.bot.name })} value={token()} hint={en.tokenHint} copy={en.copy} copied={en.copied} />
      </Show>
    </Dialog>
  )
}
