import { Parser } from 'htmlparser2'
import type { Fetched } from '../../_shared/safeFetch.ts'

/** What a page says about itself, as plain text. */
export interface PageCard {
  title: string
  description: string
  site: string
  /** An address that nobody has checked yet. */
  image: string | null
}

/** Reads title, description, name and picture out of the beginning of a page. Null when it has no title. */
export function pageCard({ url, charset, headers, bytes }: Fetched): PageCard | null {
  const found = new Map<string, string>()
  const add = (key: string | undefined, value: string | undefined) => {
    if (key && value?.trim() && !found.has(key)) found.set(key, value.slice(0, 4000))
  }
  let title = ''
  let inside = ''
  const parser = new Parser({
    onopentag(name, { property, name: meta, content }) {
      if (name === 'meta') add((property ?? meta)?.toLowerCase(), content)
      // The title of a drawing in the page is none of the page.
      else if (name === 'title' || name === 'svg' || name === 'body') inside ||= name
    },
    ontext(text) {
      if (inside === 'title' && title.length < 4000) title += text
    },
    onclosetag(name) {
      if (name === inside && name !== 'body') inside = ''
    },
  })
  parser.end(decode(bytes, charset))
  add('title', title)
  // Pages that want no words of theirs shown elsewhere say so to search engines; it counts here too.
  const robots = `${found.get('robots') ?? ''},${[headers['x-robots-tag']].flat().join(',')}`.toLowerCase()
  const first = (...keys: string[]) => keys.map((key) => found.get(key)).find((value) => value !== undefined) ?? ''
  const name = tidy(first('og:title', 'twitter:title', 'title'), 200)
  if (!name) return null
  return {
    title: name,
    description: /nosnippet|none/.test(robots) ? '' : tidy(first('og:description', 'twitter:description', 'description'), 400),
    site: tidy(first('og:site_name'), 80) || url.hostname.replace(/^www\./, ''),
    image: address(first('og:image:secure_url', 'og:image:url', 'og:image', 'twitter:image', 'twitter:image:src'), url),
  }
}

/** One line without what hides or turns around letters. */
export function tidy(text: string, longest: number): string {
  const line = text.replace(/[\p{Cc}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\s]+/gu, ' ').trim()
  const letters = [...line]
  return letters.length > longest
    ? `${letters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
    : line
}

function address(value: string, base: URL): string | null {
  const url = value ? URL.parse(value.trim(), base) : null
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}

function decode(bytes: Uint8Array, charset: string | undefined): string {
  const head = String.fromCharCode(...bytes.subarray(0, 1024))
  const label = charset ?? /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes) // No such encoding.
  }
}
