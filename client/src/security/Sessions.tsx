import { createResource, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { longDate, relativeTime, textsOf } from '../i18n.ts'
import { askAuth } from '../session/askAuth.ts'
import { Button } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { Section } from './Section.tsx'

const t = textsOf(en)

/** A place where the person is signed in, as `GET /auth/v1/sessions` tells it. */
interface SignedInPlace {
  id: string
  is_current: boolean
  device: string | null
  user_agent: string
  ip: string | null
  aal: string
  created_at: string
  last_used_at: string
}

const readSessions = async () => (await askAuth<{ sessions: SignedInPlace[] }>('GET', '/sessions')).sessions

/** Where the person is signed in; each place but this one can be ended. */
export function Sessions() {
  const [sessions, { refetch, mutate }] = createResource(readSessions)
  const [asking, setAsking] = createSignal(false)
  const found = () => (sessions.error ? undefined : sessions.latest)

  async function change(said: string, ask: () => Promise<void>, patch: (places: SignedInPlace[]) => SignedInPlace[]) {
    mutate((places) => places && patch(places))
    try {
      await ask()
      toast(said)
    } catch (error) {
      toast(sentenceOf(error))
    }
    await refetch()
  }

  const end = ({ id }: SignedInPlace) =>
    change(
      t('sessions.ended'),
      () => askAuth('DELETE', `/sessions/${id}`),
      (places) => places.filter((place) => place.id !== id),
    )
  const endOthers = () =>
    change(
      t('sessions.othersEnded'),
      () => askAuth('DELETE', '/sessions'),
      (places) => places.filter((place) => place.is_current),
    )

  return (
    <Section title={t('sessions.title')}>
      <Show when={sessions.error}>
        <p class="form-error" role="alert">
          {sentenceOf(sessions.error)}
        </p>
        <div>
          <Button look="outline" onClick={() => void refetch()}>
            {common.retry}
          </Button>
        </div>
      </Show>
      <Show when={found()} fallback={sessions.error ? null : <Skeleton lines={3} />}>
        {(places) => (
          <>
            <ul class="security-list" aria-label={t('sessions.title')}>
              <For each={places()}>{(place) => <Place place={place} onEnd={() => void end(place)} />}</For>
            </ul>
            <Show when={places().length > 1}>
              <div>
                <Button look="outline" icon="logOut" onClick={() => setAsking(true)}>
                  {t('sessions.endOthers')}
                </Button>
              </div>
            </Show>
          </>
        )}
      </Show>
      <Show when={asking()}>
        <ConfirmDialog
          title={t('sessions.endOthersTitle')}
          action={t('sessions.endOthers')}
          cancel={common.cancel}
          onConfirm={() => {
            setAsking(false)
            void endOthers()
          }}
          onClose={() => setAsking(false)}
        >
          <p>{t('sessions.endOthersText')}</p>
        </ConfirmDialog>
      </Show>
    </Section>
  )
}

function Place(props: { place: SignedInPlace; onEnd(): void }) {
  const device = () => props.place.device ?? t('sessions.unknown')
  const details = () =>
    [
      t('sessions.used', { when: relativeTime(props.place.last_used_at) }),
      props.place.ip && t('sessions.address', { address: props.place.ip }),
      props.place.aal === 'aal2' && t('sessions.twoSteps'),
      t('sessions.since', { date: longDate(props.place.created_at) }),
    ]
      .filter(Boolean)
      .join(' · ')
  return (
    <li>
      <div class="grow">
        <strong title={props.place.user_agent}>{device()}</strong>{' '}
        <Show when={props.place.is_current}>
          <span class="muted">({t('sessions.here')})</span>
        </Show>
        <div class="muted">{details()}</div>
      </div>
      <Show when={!props.place.is_current}>
        <Button look="outline" aria-label={t('sessions.endNamed', { device: device() })} onClick={() => props.onEnd()}>
          {t('sessions.end')}
        </Button>
      </Show>
    </li>
  )
}
