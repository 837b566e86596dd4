import { type Addresses, escapeHtml, writeHtml } from '../../../hocuspocus-server/src/formats/writeHtml.ts'
import type { TreePage } from './exportTree.ts'

/** As in the client, between its light and its dark tones. */
const COLOURS = Object.entries({
  gray: '#7d7d77',
  red: '#c8483b',
  orange: '#bf6a24',
  yellow: '#9a7b0a',
  green: '#3a8f5d',
  blue: '#3b7dc0',
  purple: '#8262c4',
  pink: '#c25490',
})
  .map(([name, tone]) => `[data-colour=${name}]{color:${tone}}[data-highlight=${name}]{background:${tone}44;color:inherit}`)
  .join('')

const STYLE = `
:root{color-scheme:light dark}
body{max-width:44rem;margin:3rem auto;padding:0 1.25rem;font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}
h1,h2,h3{line-height:1.25;margin:2rem 0 .75rem}
img{max-width:100%;height:auto;border-radius:.5rem}
pre{overflow-x:auto;padding:1rem;border-radius:.5rem;background:color-mix(in srgb,currentColor 7%,transparent)}
code{font-family:ui-monospace,monospace;font-size:.9em}
blockquote{margin-inline:0;padding-inline-start:1rem;border-inline-start:3px solid color-mix(in srgb,currentColor 30%,transparent)}
table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{border:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:.4rem .7rem;text-align:start;vertical-align:top}
[align=center]{text-align:center}[align=right]{text-align:right}[align=left]{text-align:left}
td>:first-child,th>:first-child,li>p,[data-type=taskItem] p{margin:0}
mark{background:#fdf0b3;color:#1f1f1c}
${COLOURS}
[data-type=callout]{padding:.25rem 1rem;border-radius:.5rem;background:color-mix(in srgb,currentColor 7%,transparent);border-inline-start:4px solid #2b7a6c}
[data-type=callout][data-kind=warning]{border-color:#b7791f}[data-type=callout][data-kind=danger]{border-color:#c0392b}
[data-type=taskList]{list-style:none;padding-inline-start:0}[data-type=taskItem]{display:flex;gap:.6rem}[data-type=taskItem]>div{flex:1}
[data-type=blockMath]{text-align:center;font-family:ui-serif,serif;font-style:italic}
[data-align=center]{text-align:center}[data-align=right]{text-align:end}
`

/** A page that needs nothing else to be read: no script, nothing to load but the pictures beside it. */
export function writePage({ page, blocks }: TreePage, addresses: Addresses): string {
  const { head, foot } = pageAround(page.title || 'Untitled')
  return head + writeHtml(blocks, addresses) + foot
}

/** What stands before and behind the content of such a page. */
export function pageAround(name: string): { head: string; foot: string } {
  const title = escapeHtml(name)
  const head = `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body dir="auto">
<h1>${title}</h1>
`
  return { head, foot: '\n</body>\n</html>\n' }
}
