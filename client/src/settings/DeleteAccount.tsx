import { createResource, createSignal, For, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import type { Result } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { ProveDialog } from '../security/ProveDialog.tsx'
import { Section } from '../security/Section.tsx'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './accountEn.ts'

const t = textsOf(en)
type Responsibility = Result<'my_responsibilities'>[number]

interface Heir {
  user_id: string
  name: string
}

const heirsOf = ({ heirs }: Responsibility) => heirs as unknown as Heir[]
const isStuck = (place: Responsibility) => place.last_owner && !place.alone && heirsOf(place).length === 0

/** Says what becomes of everything, asks who follows, then who it is, and then once more. */
export function DeleteAccount() {
  const [places, { refetch }] = createResource(() => rpc<Responsibility[]>('my_responsibilities'))
  const [heirs, setHeirs] = createStore<Record<string, string>>({})
  const [step, setStep] = createSignal<'proving' | 'confirming'>()
  const [problem, setProblem] = createSignal<string>()
  const found = () => (places.error ? undefined : places.latest)

  function start() {
    const missing = found()?.find((place) => place.last_owner && !place.alone && !heirs[place.workspace_id])
    setProblem(missing && (isStuck(missing) ? t('delete.stuck') : t('delete.heirMissing', { name: missing.name })))
    if (!missing) setStep('proving')
  }

  return (
    <Section title={t('delete.title')}>
      <p class="muted">{t('delete.text')}</p>
      <Show when={places.error}>
        <p class="form-error" role="alert">
          {sentenceOf(places.error)}
        </p>
        <div>
          <Button look="outline" onClick={() => void refetch()}>
            {common.retry}
          </Button>
        </div>
      </Show>
      <Show when={found()} fallback={places.error ? null : <Skeleton lines={3} />}>
        {(list) => (
          <>
            <h3>{t('delete.workspaces')}</h3>
            <ul class="leaving">
              <For each={list()} fallback={<li>{t('delete.none')}</li>}>
                {(place) => (
                  <Place place={place} heir={heirs[place.workspace_id] ?? ''} onHeir={(heir) => setHeirs(place.workspace_id, heir)} />
                )}
              </For>
            </ul>
            <p class="form-error" role="alert">
              {problem()}
            </p>
            <div>
              <Button look="danger" icon="trash" onClick={start}>
                {t('delete.start')}
              </Button>
            </div>
          </>
        )}
      </Show>
      <Show when={step() === 'proving'}>
        <ProveDialog onProved={() => setStep('confirming')} onClose={() => setStep(undefined)} />
      </Show>
      <Show when={step() === 'confirming'}>
        <ConfirmDelete places={found() ?? []} heirs={heirs} onClose={() => setStep(undefined)} />
      </Show>
    </Section>
  )
}

function Place(props: { place: Responsibility; heir: string; onHeir(heir: string): void }) {
  const needsHeir = () => props.place.last_owner && !props.place.alone
  const made = () => {
    const { spaces, documents, rooms } = props.place
    const counts = { spaces, documents, rooms }
    const words = (['spaces', 'documents', 'rooms'] as const).flatMap((kind) => {
      const count = counts[kind]
      return count > 0 ? [plural(count, { one: t(`delete.${kind}.one`), other: t(`delete.${kind}.other`, { count }) })] : []
    })
    if (words.length === 0) return t('delete.nothing')
    return t('delete.made', { what: new Intl.ListFormat(document.documentElement.lang || 'en').format(words) })
  }
  return (
    <li>
      <div>
        <strong dir="auto">{props.place.name}</strong> <span class="muted">· {common.roles[props.place.role]}</span>
      </div>
      <Show when={!props.place.alone} fallback={<p class="loses">{t('delete.alone')}</p>}>
        <p class="muted">{made()}</p>
        <Show when={needsHeir()}>
          <p>{t(isStuck(props.place) ? 'delete.stuck' : 'delete.lastOwner')}</p>
        </Show>
        <Show when={heirsOf(props.place).length > 0}>
          <Select
            label={t(needsHeir() ? 'delete.owner' : 'delete.heir', { name: props.place.name })}
            value={props.heir}
            options={[
              { value: '', label: t(needsHeir() ? 'delete.choose' : 'delete.nobody') },
              ...heirsOf(props.place).map((heir) => ({ value: heir.user_id, label: heir.name })),
            ]}
            onChange={(heir) => props.onHeir(heir)}
          />
        </Show>
      </Show>
    </li>
  )
}

function ConfirmDelete(props: { places: readonly Responsibility[]; heirs: Record<string, string>; onClose(): void }) {
  const session = useSession()
  const submit = createSubmit<'email'>(sentenceOf)
  const email = () => session.user()?.email ?? ''
  const gone = () => props.places.filter((place) => place.alone).map((place) => place.name)

  async function remove(form: HTMLFormElement) {
    const isSame = textOf(form, 'email').trim().toLowerCase() === email().toLowerCase()
    const hand_over = Object.fromEntries(Object.entries(props.heirs).filter(([, heir]) => heir))
    await submit.run(form, { email: !isSame && t('delete.typedWrong', { email: email() }) }, async () => {
      await rpc('delete_my_account', { hand_over })
      await session.signOut(undefined, paths.goodbye())
    })
  }

  return (
    <Dialog
      title={t('delete.confirmTitle')}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={(event) => void remove(event.target as HTMLFormElement)}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="danger" busy={submit.busy()}>
            {t('delete.action')}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <p>{t('delete.confirmText')}</p>
      <Show when={gone().length > 0}>
        <p>
          <strong>
            {plural(gone().length, {
              one: t('delete.gone.one', { names: gone().join(', ') }),
              other: t('delete.gone.other', { count: gone().length, names: gone().join(', ') }),
            })}
          </strong>
        </p>
      </Show>
      <Field
        label={t('delete.typed', { email: email() })}
        name="email"
        inputmode="email"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        error={submit.errorOf('email')}
      />
    </Dialog>
  )
}
