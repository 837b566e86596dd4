import { A } from '@solidjs/router'
import { createSignal, For, onMount, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import type { Row } from '../../../sql/types.gen.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { type PushState, pushState, switchPushOff, switchPushOn } from '../inbox/push.ts'
import { paths } from '../paths.ts'
import { Section } from '../security/Section.tsx'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { rest, rows, rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { LevelSelect } from './LevelSelect.tsx'
import { en } from './notificationsEn.ts'
import './settings.css'
import './notifications.css'

const t = textsOf(en)
type Settings = Omit<Row<'notification_settings'>, 'user_id' | 'updated_at' | 'channels'> & { channels: Channels }
type Channel = 'inbox' | 'push' | 'mail'
type Channels = Record<string, Partial<Record<Channel, boolean>>>
type Kind = Row<'notification_kinds'>
type Level = Row<'notification_levels'>

const channels = ['inbox', 'push', 'mail'] as const satisfies readonly Channel[]
const mailTimes = ['at_once', 'hourly', 'daily', 'never'] as const
const days = [1, 2, 3, 4, 5, 6, 7] as const
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

const defaults: Settings = {
  channels: {},
  watch_own: true,
  time_zone: ownZone,
  quiet_from: null,
  quiet_until: null,
  quiet_days: [],
  paused_until: null,
  mail: 'at_once',
  mail_hour: 8,
  mail_days: [1, 2, 3, 4, 5],
}

/** 1 is Monday; the 1st of January 2024 was one. */
const dayName = (day: number) =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', { weekday: 'short' }).format(new Date(2024, 0, day))
const timeName = (time: string) =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))

/** `/settings/notifications`: what one is told of, by which way, and when not. Each change is saved by itself. */
export default function NotificationsPage() {
  const session = useSession()
  const workspace = useWorkspace()
  const [settings, setSettings] = createStore<Settings>({ ...defaults })
  const [kinds, setKinds] = createSignal<Kind[]>()
  const [levels, setLevels] = createSignal<Level[]>([])
  const [device, setDevice] = createSignal<PushState>()
  const [problem, setProblem] = createSignal<unknown>()

  onMount(async () => {
    pushState().then(setDevice, () => setDevice('unsupported'))
    try {
      const [found, known, own] = await Promise.all([
        rows<Settings[]>(rest.from('notification_settings').select('*').eq('user_id', session.user()?.id)),
        rows<Kind[]>(rest.from('notification_kinds').select('*').order('place')),
        rows<Level[]>(rest.from('notification_levels').select('*')),
      ])
      if (found[0]) setSettings(found[0])
      setLevels(own)
      setKinds(known)
    } catch (error) {
      setProblem(error)
    }
  })

  let saving: Promise<unknown> = Promise.resolve()
  /** Paints a change and saves it; what the server refuses is put back. */
  async function save(patch: Partial<Settings>) {
    const before = Object.fromEntries(Object.keys(patch).map((key) => [key, settings[key as keyof Settings]])) as Partial<Settings>
    setSettings(patch)
    // The hours mean those of the person's place, also when he never chose a zone.
    const send = () => rpc('set_notification_settings', { settings: { time_zone: settings.time_zone, ...patch } })
    // One after the other: two that cross on the way would leave the older one standing.
    const sent = saving.then(send, send)
    saving = sent
    try {
      await sent
      toast(t('saved'))
    } catch (error) {
      setSettings(before)
      toast(sentenceOf(error))
    }
  }
  const isOn = (kind: Kind, channel: Channel) => settings.channels[kind.kind]?.[channel] ?? kind[channel]
  const choose = (kind: Kind, channel: Channel, on: boolean) =>
    save({ channels: { ...settings.channels, [kind.kind]: { ...settings.channels[kind.kind], [channel]: on } } })
  const toggleDay = (known: readonly number[], day: number) =>
    known.includes(day) ? known.filter((other) => other !== day) : [...known, day].sort()
  const isPaused = () => settings.paused_until !== null && new Date(settings.paused_until) > new Date()
  const pauseUntil = (date: Date) => save({ paused_until: date.toISOString() })
  const morning = (ahead: number) => {
    const now = new Date()
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead, 8)
  }
  const change = async (to: () => Promise<PushState>) => {
    try {
      setDevice(await to())
    } catch (error) {
      toast(sentenceOf(error))
    }
  }
  const levelName = (level: Level) =>
    (level.object_type === 'room'
      ? workspace.room(level.object_id)?.name
      : level.object_type === 'document'
        ? workspace.document(level.object_id)?.title
        : level.object_type === 'space'
          ? workspace.space(level.object_id)?.name
          : // Tasks have their own button, and not their names here.
            level.object_type === 'workspace' && workspace.name()) || undefined

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
        <Show
          when={kinds()}
          fallback={
            <Show when={problem()} fallback={<Skeleton lines={6} />}>
              <p class="form-error">{sentenceOf(problem())}</p>
            </Show>
          }
        >
          <Section title={t('device.title')}>
            <Show when={device()}>
              {(state) => (
                <>
                  <p class="muted">{t(`device.${state()}`)}</p>
                  <Show when={state() === 'on' || state() === 'off'}>
                    <div>
                      <Button look="outline" icon="bell" onClick={() => void change(state() === 'on' ? switchPushOff : switchPushOn)}>
                        {state() === 'on' ? t('device.turnOff') : t('device.turnOn')}
                      </Button>
                    </div>
                  </Show>
                </>
              )}
            </Show>
          </Section>
          <Section title={t('pause.title')}>
            <p class="muted">{isPaused() ? t('pause.until', { time: timeName(settings.paused_until ?? '') }) : t('pause.text')}</p>
            <div class="settings-actions">
              <Show
                when={!isPaused()}
                fallback={
                  <Button look="outline" onClick={() => void save({ paused_until: null })}>
                    {t('pause.end')}
                  </Button>
                }
              >
                <Button look="outline" onClick={() => void pauseUntil(new Date(Date.now() + 3_600_000))}>
                  {t('pause.hour')}
                </Button>
                <Button look="outline" onClick={() => void pauseUntil(morning(1))}>
                  {t('pause.tomorrow')}
                </Button>
                <Button look="outline" onClick={() => void pauseUntil(morning(7))}>
                  {t('pause.week')}
                </Button>
              </Show>
            </div>
          </Section>
          <Section title={t('quiet.title')}>
            <label class="choice">
              <input
                type="checkbox"
                role="switch"
                aria-checked={settings.quiet_from !== null}
                checked={settings.quiet_from !== null}
                onChange={(event) =>
                  void save(
                    event.currentTarget.checked ? { quiet_from: '20:00', quiet_until: '08:00' } : { quiet_from: null, quiet_until: null },
                  )
                }
              />
              {t('quiet.use')}
            </label>
            <Show when={settings.quiet_from !== null}>
              <div class="notify-times">
                <label>
                  {t('quiet.from')}
                  <input
                    type="time"
                    value={settings.quiet_from?.slice(0, 5)}
                    onChange={(event) => event.currentTarget.value && void save({ quiet_from: event.currentTarget.value })}
                  />
                </label>
                <label>
                  {t('quiet.until')}
                  <input
                    type="time"
                    value={settings.quiet_until?.slice(0, 5)}
                    onChange={(event) => event.currentTarget.value && void save({ quiet_until: event.currentTarget.value })}
                  />
                </label>
              </div>
            </Show>
            <DayBoxes
              label={t('quiet.days')}
              chosen={settings.quiet_days}
              onToggle={(day) => void save({ quiet_days: toggleDay(settings.quiet_days, day) })}
            />
            <label class="notify-zone">
              {t('quiet.zone')}
              <select value={settings.time_zone} onChange={(event) => void save({ time_zone: event.currentTarget.value })}>
                <For each={[...new Set([settings.time_zone, ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}>
                  {(zone) => <option value={zone}>{zone.replaceAll('_', ' ')}</option>}
                </For>
              </select>
            </label>
          </Section>
          <Section title={t('mail.title')}>
            <fieldset class="choices notify-mail">
              <legend>{t('mail.when')}</legend>
              <For each={mailTimes}>
                {(time) => (
                  <label class="choice">
                    <input type="radio" name="mail" checked={settings.mail === time} onChange={() => void save({ mail: time })} />
                    {t(`mail.${time}`)}
                  </label>
                )}
              </For>
            </fieldset>
            <Show when={settings.mail === 'daily'}>
              <label class="notify-zone">
                {t('mail.hour')}
                <select value={settings.mail_hour} onChange={(event) => void save({ mail_hour: Number(event.currentTarget.value) })}>
                  <For each={Array.from({ length: 24 }, (_, hour) => hour)}>
                    {(hour) => <option value={hour}>{`${String(hour).padStart(2, '0')}:00`}</option>}
                  </For>
                </select>
              </label>
              <DayBoxes
                label={t('mail.days')}
                chosen={settings.mail_days}
                onToggle={(day) => {
                  const next = toggleDay(settings.mail_days, day)
                  if (next.length > 0) void save({ mail_days: next })
                }}
              />
            </Show>
          </Section>
          <Section title={t('matrix.title')}>
            <p class="muted">{t('matrix.text')}</p>
            <table class="notify-matrix">
              <thead>
                <tr>
                  <th scope="col">{t('matrix.kind')}</th>
                  <For each={channels}>{(channel) => <th scope="col">{t(`matrix.${channel}`)}</th>}</For>
                </tr>
              </thead>
              <tbody>
                <For each={kinds()}>
                  {(kind) => {
                    const name = () => (en.kinds as Record<string, string>)[kind.kind] ?? kind.kind
                    return (
                      <tr>
                        <th scope="row">{name()}</th>
                        <For each={channels}>
                          {(channel) => (
                            <td>
                              <label>
                                <span class="visually-hidden">{`${name()}: ${t(`matrix.${channel}`)}`}</span>
                                <input
                                  type="checkbox"
                                  checked={isOn(kind, channel) && (channel === 'inbox' || isOn(kind, 'inbox'))}
                                  disabled={channel !== 'inbox' && !isOn(kind, 'inbox')}
                                  onChange={(event) => void choose(kind, channel, event.currentTarget.checked)}
                                />
                              </label>
                            </td>
                          )}
                        </For>
                      </tr>
                    )
                  }}
                </For>
              </tbody>
            </table>
          </Section>
          <Section title={t('watch.title')}>
            <label class="choice">
              <input
                type="checkbox"
                role="switch"
                aria-checked={settings.watch_own}
                checked={settings.watch_own}
                onChange={(event) => void save({ watch_own: event.currentTarget.checked })}
              />
              {t('watch.own')}
            </label>
            <h3>{t('watch.rooms')}</h3>
            <Show when={levels().some(levelName)} fallback={<p class="muted">{t('watch.none')}</p>}>
              <ul class="notify-levels">
                <For each={levels().filter((level) => levelName(level))}>
                  {(level) => (
                    <li>
                      <Icon name={level.object_type === 'room' ? 'hash' : level.object_type === 'document' ? 'document' : 'space'} />
                      <span class="grow ellipsis" dir="auto">
                        {levelName(level)}
                      </span>
                      <LevelSelect
                        label={levelName(level) ?? ''}
                        objectType={level.object_type as 'room'}
                        objectId={level.object_id}
                        level={level.level}
                        onChange={(next) =>
                          setLevels((known) =>
                            next === null
                              ? known.filter((other) => other !== level)
                              : known.map((other) => (other === level ? { ...level, level: next } : other)),
                          )
                        }
                      />
                    </li>
                  )}
                </For>
              </ul>
            </Show>
          </Section>
        </Show>
      </div>
    </Page>
  )
}

function DayBoxes(props: { label: string; chosen: readonly number[]; onToggle(day: number): void }) {
  return (
    <fieldset class="choices">
      <legend>{props.label}</legend>
      <For each={days}>
        {(day) => (
          <label class="choice">
            <input type="checkbox" checked={props.chosen.includes(day)} onChange={() => props.onToggle(day)} />
            {dayName(day)}
          </label>
        )}
      </For>
    </fieldset>
  )
}
