import { type AuthUnderTest, SITE } from './authSupport.ts'

export interface Browser {
  /** Opens an address and goes on, over redirects and the forms of sign-in pages, until it is back on the site. At a provider it is `who`. */
  visit(address: string, who?: string): Promise<URL>
  /** Opens one address, and goes nowhere. */
  open(address: string): Promise<Response>
}

/** As much of a browser as it takes to sign in elsewhere: cookies per origin, redirects, forms. The site is the service under test. */
export function createBrowser(auth: AuthUnderTest): Browser {
  const jars = new Map<string, Map<string, string>>()

  async function request(address: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(address)
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const url = address.replace(`${SITE}/auth/v1`, auth.url)
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie, accept: 'text/html' } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return response
  }

  return {
    open: (address) => request(address),
    async visit(address, who = '') {
      let [at, response] = [address, await request(address)]
      for (let steps = 0; steps < 20; steps++) {
        const location = response.headers.get('location')
        if (location) {
          at = new URL(location, at).href
          if (at.startsWith(SITE) && !at.startsWith(`${SITE}/auth/v1`)) return new URL(at)
          response = await request(at)
        } else {
          const form = formIn(await response.text(), who)
          if (!form) throw new Error(`${response.status} at ${at}`)
          at = new URL(form.action, at).href
          response = await request(at, { method: 'POST', body: new URLSearchParams(form.fields) })
        }
      }
      throw new Error(`Went in circles, to ${at}`)
    },
  }
}

/** The form with this person's button, or the page's first. */
function formIn(html: string, who: string): { action: string; fields: Record<string, string> } | undefined {
  const forms = html.match(/<form[\s\S]*?<\/form>/g) ?? []
  const form = forms.find((text) => text.includes(who)) ?? forms[0]
  if (form === undefined) return undefined
  const attribute = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&')
  const inputs = [...form.matchAll(/<input[^>]*>/g)].map(([tag]) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? who] as const)
  return { action: attribute(form, 'action') ?? '', fields: Object.fromEntries(inputs) }
}
