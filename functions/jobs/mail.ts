/** A mail without its sender. `html` says the same as `text`. */
export interface MailMessage {
  to: string
  subject: string
  text: string
  html: string
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text of people, safe inside HTML and attributes. */
export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

/** One paragraph per line, one button, nothing to load from elsewhere. All parts are plain text. */
export function renderMail({
  to,
  subject,
  lines,
  button,
  footer,
}: {
  to: string
  subject: string
  lines: string[]
  button: { label: string; url: string }
  footer: string
}): MailMessage {
  const paragraph = (line: string, style: string) => `<p style="margin:0 0 16px;${style}">${escapeHtml(line)}</p>`
  return {
    to,
    subject: subject.replace(/\s+/g, ' '),
    text: [...lines, `${button.label}: ${button.url}`, footer].join('\n\n'),
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:32px 16px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:480px;margin:0 auto">
${lines.map((line) => paragraph(line, '')).join('\n')}
<p style="margin:24px 0"><a href="${escapeHtml(button.url)}" style="display:inline-block;padding:12px 20px;border-radius:10px;background:#1f5f55;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(button.label)}</a></p>
${paragraph(footer, 'font-size:13px;opacity:.7')}
</div>
</body>
</html>
`,
  }
}
