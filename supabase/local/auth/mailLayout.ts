/** A mail on its way out. */
export interface MailMessage {
  to: string
  subject: string
  text: string
  html: string
}

export interface MailContent {
  subject: string
  heading: string
  paragraphs: string[]
  button?: { label: string; url: string }
  /** A code to type in instead. */
  code?: string
  /** What to do when the mail comes unexpected. */
  footer: string
}

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** A message as text and as HTML that mail programs understand: tables, inline styles, and colours of its own for the dark. */
export function layOut(to: string, content: MailContent): MailMessage {
  return { to, subject: content.subject.replace(/[\r\n]+/g, ' '), text: asText(content), html: asHtml(content) }
}

function asText({ heading, paragraphs, button, code, footer }: MailContent): string {
  return [
    heading,
    ...paragraphs,
    ...(button ? [`${button.label}:\n${button.url}`] : []),
    ...(code ? [`${button ? 'Or enter this code' : 'Your code'}: ${code}`] : []),
    `--\n${footer}`,
  ].join('\n\n')
}

function asHtml({ subject, heading, paragraphs, button, code, footer }: MailContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>@media (prefers-color-scheme: dark) {
  .page { background: #16171a !important } .card { background: #212328 !important; border-color: #34373e !important }
  .ink { color: #eceef2 !important } .soft { color: #a3a9b5 !important } .code { background: #2c2f36 !important }
}</style>
</head>
<body class="page" style="margin:0;background:#f4f5f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page" style="background:#f4f5f7"><tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card" style="max-width:480px;background:#ffffff;border:1px solid #e3e5ea;border-radius:12px"><tr><td style="padding:32px;${FONT}">
<h1 class="ink" style="margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600;color:#1c1e23">${escapeHtml(heading)}</h1>
${paragraphs.map((text) => `<p class="ink" style="margin:0 0 16px;font-size:15px;line-height:24px;color:#1c1e23">${escapeHtml(text)}</p>`).join('\n')}
${button ? buttonHtml(button) : ''}
${code ? codeHtml(code, button !== undefined) : ''}
<p class="soft" style="margin:24px 0 0;font-size:13px;line-height:20px;color:#646b78">${escapeHtml(footer)}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`
}

const buttonHtml = ({ label, url }: { label: string; url: string }) =>
  `<p style="margin:24px 0"><a href="${escapeHtml(url)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#3d5afe;color:#ffffff;font-size:15px;line-height:20px;font-weight:600;text-decoration:none">${escapeHtml(label)}</a></p>`

const codeHtml = (code: string, isAlternative: boolean) =>
  `<p class="soft" style="margin:0 0 8px;font-size:13px;line-height:20px;color:#646b78">${isAlternative ? 'Or enter this code' : 'Your code'}:</p>
<p class="code ink" style="margin:0;padding:12px 16px;border-radius:8px;background:#f0f1f4;color:#1c1e23;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:24px;line-height:32px;letter-spacing:6px">${escapeHtml(code)}</p>`
