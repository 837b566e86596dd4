import { escapeHtml, type MailMessage } from '../mail.ts'
import { type Notice, pathOf, sentenceOf } from './words.ts'

export interface MailedNotice extends Notice {
  email: string
  /** What the unsubscribe link carries. */
  key: string
  is_digest: boolean
  time_zone: string
  workspace_name: string
  touched_at: Date
}

export interface NoticeMail extends MailMessage {
  headers: Record<string, string>
}

/** One mail about some notifications of one person, grouped by what they are about. All that people wrote is plain text in it. */
export function noticeMail(notices: readonly [MailedNotice, ...MailedNotice[]], siteUrl: string): NoticeMail {
  const [first] = notices
  const groups = [...Map.groupBy(notices, ({ workspace_name, object_id }) => `${workspace_name}\0${object_id}`).values()]
  const subject = notices.length === 1 ? sentenceOf(first) : `${notices.length} things want you in ${workspaces(notices)}`
  const unsubscribe = `${siteUrl}/unsubscribe/${first.key}`
  const footer = first.is_digest
    ? 'This is the summary that you asked for.'
    : 'You had not seen this in Atrium yet. Answers to this mail are read by nobody.'
  const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: first.time_zone })
  return {
    to: first.email,
    subject: subject.replace(/\s+/g, ' ').slice(0, 200),
    headers: {
      // One click ends these mails (RFC 8058); whoever merely looks at the address ends nothing.
      'List-Unsubscribe': `<${siteUrl}/functions/v1/unsubscribe?key=${first.key}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
    },
    text: [
      ...groups.map((group) =>
        group
          .map((notice) =>
            [sentenceOf(notice), notice.excerpt && `> ${notice.excerpt}`, siteUrl + pathOf(notice)].filter(Boolean).join('\n'),
          )
          .join('\n\n'),
      ),
      `--\n${footer}\nInbox: ${siteUrl}/inbox\nSettings: ${siteUrl}/settings/notifications\nNo more of these mails: ${unsubscribe}`,
    ].join('\n\n'),
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:32px 16px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:560px;margin:0 auto">
${groups.map((group) => group.map((notice) => entry(notice, siteUrl, time)).join('\n')).join('\n<hr style="border:0;border-top:1px solid #8884;margin:24px 0">\n')}
<p style="margin:32px 0 0;font-size:13px;opacity:.75">${escapeHtml(footer)}<br>
${link(`${siteUrl}/inbox`, 'Inbox')} · ${link(`${siteUrl}/settings/notifications`, 'Settings')} · ${link(unsubscribe, 'No more of these mails')}</p>
</div>
</body>
</html>
`,
  }
}

const link = (url: string, label: string) => `<a href="${escapeHtml(url)}" style="color:inherit">${escapeHtml(label)}</a>`

function entry(notice: MailedNotice, siteUrl: string, time: Intl.DateTimeFormat): string {
  const quote = notice.excerpt
    ? `<p dir="auto" style="margin:0 0 8px;padding:0 0 0 12px;border-left:2px solid #1f5f55">${escapeHtml(notice.excerpt)}</p>`
    : ''
  return `<p dir="auto" style="margin:0 0 4px;font-weight:600">${escapeHtml(sentenceOf(notice))}</p>
${quote}<p style="margin:0 0 20px;font-size:14px"><a href="${escapeHtml(siteUrl + pathOf(notice))}" style="color:#1f7a6c;font-weight:600">Open</a> <span style="opacity:.75">· ${escapeHtml(time.format(notice.touched_at))}</span></p>`
}

function workspaces(notices: readonly MailedNotice[]): string {
  const names = [...new Set(notices.map(({ workspace_name }) => workspace_name))]
  return names.length === 1 ? `${names[0]}` : `${names.length} workspaces`
}
