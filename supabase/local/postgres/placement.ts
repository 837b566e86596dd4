import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** The account a program runs as; empty for our own. */
export interface Account {
  uid?: number
  gid?: number
}

/** Where things go that the account cannot reach where they are. */
const ELSEWHERE = '/var/lib/atrium'

/** PostgreSQL refuses to run as root: as root it runs as `postgres`, or else as `nobody`. */
export function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (!user) throw new Error('PostgreSQL cannot run as root, and neither a user "postgres" nor "nobody" exists')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

/** The directory itself, or, where a parent is closed to the account (`/root` is), one below `/var/lib/atrium`, to which a link then leads. */
export function placeCluster(wanted: string, account = unprivilegedAccount()): string {
  if (lstatSync(wanted, { throwIfNoEntry: false })?.isSymbolicLink() && existsSync(wanted)) return realpathSync(wanted)
  if (canReach(dirname(wanted), account)) return wanted
  const directory = join(ELSEWHERE, `cluster-${randomBytes(6).toString('hex')}`)
  makeElsewhere()
  mkdirSync(directory, { mode: 0o700 })
  own(directory, account)
  rmSync(wanted, { force: true })
  symlinkSync(directory, wanted)
  return directory
}

/** A folder with programs that the account can reach: the one given, or a copy of it, made once for each version. */
export function placeBinaries(wanted: string, version: string, account: Account): string {
  if (canReach(wanted, account)) return wanted
  const copy = join(ELSEWHERE, `postgresql-${version}`)
  if (existsSync(copy)) return copy
  makeElsewhere()
  const copying = `${copy}.${process.pid}`
  cpSync(wanted, copying, { recursive: true, verbatimSymlinks: true })
  renameSync(copying, copy)
  return copy
}

export function own(path: string, { uid, gid }: Account): void {
  if (uid !== undefined) chownSync(path, uid, gid ?? uid)
}

function makeElsewhere(): void {
  mkdirSync(ELSEWHERE, { recursive: true })
  chmodSync(ELSEWHERE, 0o755)
}

/** Whether the account may pass through the folder and all above it. */
function canReach(path: string, { uid, gid }: Account): boolean {
  if (uid === undefined) return true
  const { mode, uid: owner, gid: group } = statSync(path)
  const may = owner === uid ? mode & 0o100 : group === gid ? mode & 0o010 : mode & 0o001
  const parent = dirname(path)
  return may !== 0 && (parent === path || canReach(parent, { uid, ...(gid === undefined ? {} : { gid }) }))
}
