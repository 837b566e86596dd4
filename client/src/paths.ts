/** Every address of the client. Short permalinks never name the space: things can move. */
export const paths = {
  home: () => '/',
  documents: () => '/docs',
  document: (id: string, block?: string) => (block ? `/d/${id}#b-${block}` : `/d/${id}`),
  rooms: () => '/chat',
  drafts: () => '/drafts',
  room: (id: string, message?: string) => (message ? `/c/${id}/m/${message}` : `/c/${id}`),
  catchUp: () => '/catch-up',
  threads: () => '/threads',
  saved: () => '/saved',
  search: (query = '') => (query ? `/search?q=${encodeURIComponent(query)}` : '/search'),
  space: (id: string) => `/s/${id}`,
  spaceDocuments: (id: string) => `/s/${id}/docs`,
  spaceFiles: (id: string, folder?: string) => (folder ? `/s/${id}/files/${folder}` : `/s/${id}/files`),
  file: (id: string) => `/f/${id}`,
  tasks: () => '/tasks',
  spaceTasks: (id: string) => `/s/${id}/tasks`,
  task: (key: string) => `/t/${key}`,
  inbox: () => '/inbox',
  people: () => '/people',
  admin: (tab = 'people') => `/admin/${tab}`,
  settings: () => '/settings',
  security: () => '/settings/security',
  notificationSettings: () => '/settings/notifications',
  account: () => '/settings/account',
  device: () => '/settings/device',
  goodbye: () => '/goodbye',
  setup: () => '/setup',
  invite: (token: string) => `/invite/${encodeURIComponent(token)}`,
  link: (token: string) => `/l/${encodeURIComponent(token)}`,
  login: (next?: string) => withNext('/login', next),
  signup: (next?: string) => withNext('/signup', next),
  reset: () => '/reset',
} as const

function withNext(path: string, next: string | undefined): string {
  return next && next !== '/' ? `${path}?next=${encodeURIComponent(next)}` : path
}

/** Where to go after signing in: a path of this origin, whatever the address said.
 *  `//host`, `/\host` and schemes would lead elsewhere; the way to sign in would lead in circles. */
export function safeNext(next: string | string[] | undefined): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/'
  const base = 'http://atrium.invalid'
  const url = URL.canParse(next, base) ? new URL(next, base) : undefined
  if (url?.origin !== base || /^\/(login|signup|reset)\b/.test(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}

/** The block that `#b-<block>` names. */
export const blockOf = (hash: string): string | undefined => /^#b-([a-z0-9]{10})$/.exec(hash)?.[1]

/** The id in `/d/<id>` or `/d/<id>-<slug>`; undefined when it cannot be one. */
export function idOf(parameter: string | undefined): string | undefined {
  return parameter?.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i)?.[0].toLowerCase()
}
