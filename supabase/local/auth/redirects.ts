import type { Auth } from './context.ts'

const LONGEST = 2048

/** Where a link may lead back to: the wish when it is on the site or matches an allowed address, else the site. */
export function allowedRedirect({ siteUrl, settings }: Pick<Auth, 'siteUrl' | 'settings'>, wish: string | null | undefined): string {
  if (!wish || wish.length > LONGEST || !URL.canParse(wish)) return siteUrl
  const url = new URL(wish)
  url.hash = ''
  // As the browser reads it, not as it was written: "https://evil\.example.com" is the host evil.
  const { href } = url
  if (url.username || url.password || ['javascript:', 'data:', 'vbscript:', 'file:'].includes(url.protocol)) return siteUrl
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
  if (isHttp && url.origin === new URL(siteUrl).origin) return href
  const isAllowed = settings.redirectUrls.some((pattern) => glob(pattern).test(href) || glob(pattern).test(href.replace(/\/$/, '')))
  return isAllowed ? href : siteUrl
}

/** GoTrue's globs: `**` anything, `*` and `?` anything but the separators `.` and `/`. */
function glob(pattern: string): RegExp {
  const source = pattern.replace(/\*\*|[*?]|[\\^$.+()|[\]{}]/g, (part) => {
    if (part === '**') return '.*'
    if (part === '*') return '[^./]*'
    if (part === '?') return '[^./]'
    return `\\${part}`
  })
  return new RegExp(`^${source}$`)
}

/** An address with values in its fragment (tokens: browsers keep it to themselves) or its query. */
export function withFragment(address: string, values: Record<string, string | number>): string {
  return `${address.split('#')[0]}#${new URLSearchParams(strings(values))}`
}

export function withQuery(address: string, values: Record<string, string | number>): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(strings(values))) url.searchParams.set(name, value)
  return url.href
}

/** A message in the fragment, and for a PKCE flow, whose client reads the query, there as well. */
export const withMessage = (address: string, isPkce: boolean, values: Record<string, string>) =>
  withFragment(isPkce ? withQuery(address, values) : address, { ...values, sb: '' })

const strings = (values: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
