import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { DatabaseUnavailable } from '../database/session.ts'
import type { Service } from '../service.ts'
import { TokenError, type Tokens } from '../tokens.ts'
import { createLiveSessions } from './liveSessions.ts'
import { type FunctionProcess, startFunctionProcess } from './process.ts'

export interface FunctionSettings {
  /** False: the folder is no function (`[functions.jobs] enabled = false`). */
  enabled?: boolean
  /** Whether a valid token is asked for before the function is reached; true unless said otherwise. */
  verify_jwt?: boolean
}

export interface FunctionsOptions {
  /** Holds a folder per function, `<name>/index.ts`; names that begin with `_` are shared code. */
  directory: string
  /** Where the sockets go. A Unix socket's path has room for some hundred characters. */
  runDirectory: string
  tokens: Tokens
  /** As `authenticator`: asked whether the session of a token goes on. Without it the token alone counts. */
  databaseUrl?: string
  /** Handed to every function: SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY, SUPABASE_DB_URL. */
  environment: Record<string, string>
  /** `[functions.<name>]` of config.toml. */
  settings?: Record<string, FunctionSettings>
  log?: (line: string) => void
}

const PREFIX = '/functions/v1/'
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i
/** As on Supabase: a request that takes longer is answered 504, and its process ended. */
const MAX_REQUEST_MS = 150_000
const IDLE_MS = 5 * 60_000
const CHANGE_SETTLES_MS = 80

class FunctionError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Edge functions below `/functions/v1`: one Deno process each, started by the first request, ended when idle, and
 *  replaced when a source file changes. A function may talk to the loopback interface and to the hosts that its
 *  own deno.json lists under `permissions.default.net`; it can start no program and load no library. */
export async function createFunctions({
  directory,
  runDirectory,
  tokens,
  databaseUrl,
  environment,
  settings = {},
  log = () => {},
}: FunctionsOptions): Promise<Service> {
  mkdirSync(runDirectory, { recursive: true, mode: 0o700 })
  const sessions = databaseUrl === undefined ? undefined : createLiveSessions(databaseUrl)
  const processes = new Map<string, FunctionProcess>()
  const agent = new Agent({ keepAlive: true })

  function processOf(name: string): FunctionProcess {
    const running = processes.get(name)
    if (running) return running
    const entry = join(directory, name, 'index.ts')
    const started = startFunctionProcess({
      name,
      entry,
      runDirectory,
      environment,
      net: ['127.0.0.1', 'localhost', ...allowedHosts(join(directory, name))],
      onEnd: () => processes.get(name) === started && processes.delete(name),
      log: (text) => log(`[function ${name}] ${text.trimEnd()}`),
    })
    processes.set(name, started)
    return started
  }

  async function check(name: string, request: IncomingMessage): Promise<void> {
    const known = NAME.test(name) && settings[name]?.enabled !== false && existsSync(join(directory, name, 'index.ts'))
    if (!known) throw new FunctionError(404, 'NOT_FOUND', 'There is no function of this name')
    if (request.method === 'OPTIONS' || settings[name]?.verify_jwt === false) return
    if (!request.headers.authorization) throw new FunctionError(401, 'UNAUTHORIZED_NO_AUTH_HEADER', 'The header Authorization is missing')
    try {
      const claims = tokens.callerOf({ authorization: request.headers.authorization })
      if (sessions && !(await sessions.isLive(claims)))
        throw new FunctionError(401, 'UNAUTHORIZED_SESSION_ENDED', 'The session of this token has ended')
    } catch (error) {
      if (error instanceof TokenError) throw new FunctionError(401, 'UNAUTHORIZED_INVALID_JWT', error.message)
      if (error instanceof DatabaseUnavailable)
        throw new FunctionError(503, 'DATABASE_UNAVAILABLE', 'The database cannot be reached right now. Please try again in a moment.')
      throw error
    }
  }

  async function forward(name: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = processOf(name)
    target.requests += 1
    try {
      await target.ready.catch((error: Error) => {
        log(`[function ${name}] ${error.message}`)
        throw new FunctionError(503, 'BOOT_ERROR', 'The function did not start; its log says why')
      })
      await proxy(target, path, agent, request, response)
    } finally {
      target.requests -= 1
      target.released()
    }
  }

  const watcher = watchSources(directory, () => {
    for (const running of processes.values()) running.retire()
    processes.clear()
  })
  const reaper = setInterval(() => {
    for (const running of processes.values()) if (running.requests === 0 && Date.now() - running.lastUsedAt > IDLE_MS) running.kill()
  }, 5000).unref()

  return {
    async handle(request, response) {
      const url = request.url ?? ''
      const name = url.slice(PREFIX.length).split(/[/?]/, 1)[0] ?? ''
      try {
        await check(name, request)
        // As on Supabase, a function sees its own name as the first part of the path.
        await forward(name, `/${url.slice(PREFIX.length)}`, request, response)
      } catch (error) {
        if (!(error instanceof FunctionError) || response.headersSent) throw error
        response
          .writeHead(error.status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ code: error.code, message: error.message }))
      }
    },
    async close() {
      clearInterval(reaper)
      watcher.close()
      agent.destroy()
      for (const running of processes.values()) running.kill()
      await sessions?.close()
    },
  }
}

/** What a function's own deno.json allows it to reach, as `deno run --permission-set` would read it. */
function allowedHosts(directory: string): string[] {
  const file = join(directory, 'deno.json')
  if (!existsSync(file)) return []
  const { permissions } = JSON.parse(readFileSync(file, 'utf8')) as { permissions?: { default?: { net?: boolean | string[] } } }
  const net = permissions?.default?.net ?? []
  return typeof net === 'boolean' ? (net ? ['*'] : []) : net
}

function watchSources(directory: string, onChange: () => void) {
  let timer: NodeJS.Timeout | undefined
  return watch(directory, { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, CHANGE_SETTLES_MS)
  })
}

function proxy(
  { socketPath, kill }: FunctionProcess,
  path: string,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const upstream = httpRequest({ socketPath, agent, method: request.method, path, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.once('error', () => response.destroy())
    })
    const deadline = setTimeout(() => {
      kill()
      upstream.destroy(new FunctionError(504, 'REQUEST_TIMEOUT', `The function took longer than ${MAX_REQUEST_MS / 1000} s`))
    }, MAX_REQUEST_MS)
    upstream.once('error', (error) => {
      if (response.headersSent) response.destroy()
      else
        reject(
          error instanceof FunctionError
            ? error
            : new FunctionError(502, 'WORKER_ERROR', 'The function ended without an answer; its log says why'),
        )
    })
    upstream.once('close', () => {
      clearTimeout(deadline)
      resolve()
    })
    response.once('close', () => upstream.destroy())
    request.pipe(upstream)
  })
}
