import { createHash } from 'node:crypto'
import type { Mail } from './mailbox.ts'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 8px; padding: 0 1rem; margin: 1rem 0 }
h2 { font-size: 1.1rem; margin: .8rem 0 0 }
p { margin: .2rem 0; opacity: .75 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
`

/** Content security policy of the page: mails are shown as text, so nothing in them runs, loads or is sent anywhere. */
export const MAILBOX_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

export function mailboxPage(mails: Mail[]): string {
  const content = mails.length > 0 ? mails.map(article).join('\n') : '<p>No mail yet.</p>'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mailbox</title>
<style>${STYLE}</style>
<h1>Mailbox</h1>
<p>No SMTP server is set, so mail is kept here and not sent. The page is shown to this machine only.</p>
${content}
</html>
`
}

function article({ to, from, subject, text, html, at, links }: Mail): string {
  const list = links
    .filter((link) => /^https?:\/\//.test(link))
    .map((link) => `<li><a href="${escapeHtml(link)}" rel="noreferrer">${escapeHtml(link)}</a></li>`)
  return `<article>
<h2>${escapeHtml(subject) || '(no subject)'}</h2>
<p>to ${escapeHtml(to.join(', '))} · from ${escapeHtml(from)} · <time>${escapeHtml(at)}</time></p>
<pre>${escapeHtml(text || html)}</pre>
${list.length > 0 ? `<ul>${list.join('')}</ul>` : ''}
</article>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
