import Link from '@tiptap/extension-link'

const allowed = new Set(['http:', 'https:', 'mailto:'])

/** The address as it may stand in a document, or null. People type `example.org` and mean https. */
export function safeAddress(typed: string): string | null {
  const text = typed.trim()
  if (!text || /\s/.test(text)) return null
  const isMail = /^[^@/:?#]+@[^@/:?#]+\.[^@/:?#]+$/.test(text)
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/:]+:\d/.test(text)
  const address = isMail ? `mailto:${text}` : hasScheme ? text : `https://${text}`
  try {
    const url = new URL(address)
    if (!allowed.has(url.protocol)) return null
    if (url.protocol !== 'mailto:' && !url.hostname.includes('.') && url.hostname !== 'localhost') return null
    return url.href
  } catch {
    return null
  }
}

/** Links know an address and nothing else: what others put into target, rel or class of a shared document is not rendered. */
export const SafeLink = Link.extend({
  addAttributes() {
    return { href: { default: null, parseHTML: (element: HTMLElement) => element.getAttribute('href') } }
  },
  renderHTML({ HTMLAttributes }) {
    const href = safeAddress(String(HTMLAttributes.href ?? ''))
    if (!href) return ['span', { class: 'unsafe-link' }, 0]
    return ['a', { href, rel: 'noopener noreferrer nofollow', target: '_blank' }, 0]
  },
}).configure({
  openOnClick: false,
  defaultProtocol: 'https',
  markdownLinks: true,
  isAllowedUri: (address) => safeAddress(address) !== null,
})
