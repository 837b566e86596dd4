import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'
import { SCHEMA_VERSION } from '../../hocuspocus-server/src/schema/version.ts'
import { freePort } from '../support/ports.ts'

export const JWT_SECRET = 'a secret of the tests that is long enough'

/** Starting it again takes half as long. */
const COMPILED = join(tmpdir(), 'atrium-test-compiled')
const MAIN = fileURLToPath(new URL('../../hocuspocus-server/src/index.ts', import.meta.url))

export interface CollaborationProcess {
  /** For providers: `ws://…/collab`. */
  url: string
  /** For `/health`: `http://…`. */
  httpUrl: string
  pid: number
  /** Ends the process, waits until it has, and gives its exit code; null after a signal that it did not handle. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same port. */
  restart(): Promise<void>
  errors(): string
}

/** The collaboration server as a process of its own. */
export async function startCollaboration(
  databaseUrl: string,
  environment: Record<string, string> = {},
  main = MAIN,
): Promise<CollaborationProcess> {
  const address = `127.0.0.1:${await freePort()}`
  let child: ChildProcess
  let errors = ''

  async function start() {
    child = spawn(process.execPath, [main], {
      env: { DATABASE_URL: databaseUrl, JWT_SECRET, LISTEN: address, NODE_COMPILE_CACHE: COMPILED, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stderr?.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(() => {
        throw new Error(`The server did not start: ${errors}`)
      }),
    ])) as [string]
    if (JSON.parse(line).listening !== address) throw new Error(`The server listens elsewhere: ${line}`)
  }

  await start()
  return {
    url: `ws://${address}/collab?schema=${SCHEMA_VERSION}`,
    httpUrl: `http://${address}`,
    get pid() {
      return child.pid as number
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill(signal)
        await exited
      }
      return child.exitCode
    },
    restart: start,
    errors: () => errors,
  }
}

/** An access token as GoTrue issues it. */
export function tokenFor(userId: string, { expiresIn = 3600, secret = JWT_SECRET, claims = {} } = {}): Promise<string> {
  return new SignJWT({ role: 'authenticated', aud: 'authenticated', sub: userId, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign(new TextEncoder().encode(secret))
}
