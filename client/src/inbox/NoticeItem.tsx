import { A } from '@solidjs/router'
import { Show } from 'solid-js'
import { relativeTime, textsOf } from '../i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { en } from './en.ts'
import { type Notice, snoozeTimes } from './inbox.ts'
import { placeOf } from './place.ts'
import { sentenceOf, whoOf } from './words.ts'

const t = textsOf(en)

interface NoticeItemProps {
  notice: Notice
  chosen: boolean
  onChoose(event: MouseEvent): void
  onFocus(): void
  onDone(): void
  onReopen(): void
  onUnread(): void
  onRead(): void
  onSnooze(until: Date): void
}

/** One event on the thread of the inbox: who did what, when, and the words of it. */
export function NoticeItem(props: NoticeItemProps) {
  const unread = () => !props.notice.read_at
  return (
    <li class="notice" classList={{ unread: unread(), chosen: props.chosen }} data-notice={props.notice.id}>
      <Show
        when={props.notice.actors.at(-1)}
        fallback={
          <span class="notice-sign">
            <Icon name="bell" />
          </span>
        }
      >
        {(actor) => <Avatar id={actor()} name={whoOf(props.notice)} />}
      </Show>
      <div class="notice-words">
        <A
          class="notice-link"
          href={placeOf(props.notice)}
          onClick={props.onChoose}
          onFocus={() => props.onFocus()}
          aria-current={props.chosen ? 'true' : undefined}
        >
          <span class="notice-what" dir="auto">
            {sentenceOf(props.notice)}
          </span>
          <Show when={unread()}>
            <span class="visually-hidden">, {t('isNew')}</span>
          </Show>
        </A>
        <Show when={props.notice.excerpt}>
          {(excerpt) => (
            <p class="notice-quote">
              <bdi>{excerpt()}</bdi>
            </p>
          )}
        </Show>
      </div>
      <time class="notice-time" datetime={props.notice.touched_at}>
        {props.notice.snoozed_until ? t('until', { time: shortTime(props.notice.snoozed_until) }) : relativeTime(props.notice.touched_at)}
      </time>
      <div class="notice-actions">
        <Show
          when={props.notice.done_at}
          fallback={
            <>
              <IconButton icon="check" label={t('done')} onClick={() => props.onDone()} />
              <Menu
                label={t('more')}
                iconOnly
                triggerClass="button quiet icon-only"
                trigger={<Icon name="more" />}
                items={[
                  unread()
                    ? { label: t('read'), icon: 'eye', onSelect: () => props.onRead() }
                    : { label: t('unread'), icon: 'eyeOff', onSelect: () => props.onUnread() },
                  ...snoozeTimes().map(({ name, at }) => ({
                    label: `${t('snooze')}: ${t(`snoozeFor.${name}`)}`,
                    icon: 'pause' as const,
                    onSelect: () => props.onSnooze(at),
                  })),
                ]}
              />
            </>
          }
        >
          <IconButton icon="undo" label={t('reopen')} onClick={() => props.onReopen()} />
        </Show>
      </div>
    </li>
  )
}

/** A time of these days in few letters: "Mon 09:00". */
export function shortTime(time: string | Date): string {
  return new Intl.DateTimeFormat(document.documentElement.lang || 'en', { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(
    new Date(time),
  )
}
