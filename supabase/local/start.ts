// npm start: starts the embedded platform in order, says where it is, and stops it in order.
import { existsSync } from 'node:fs'
import { buildClient, CLIENT_BUILD } from './build.ts'
import { fillWithDemo } from './demo/demo.ts'
import { HELP, OptionError, readOptions, type StartOptions } from './options.ts'
import { makeDataDirectory } from './supervisor/directories.ts'
import { AlreadyRunning, lock } from './supervisor/lock.ts'
import { type PlatformAddress, startPlatform } from './supervisor/platform.ts'
import { PortError } from './supervisor/ports.ts'

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

async function run(options: StartOptions): Promise<void> {
  const data = makeDataDirectory(options.data)
  const held = await lock(data)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // npm, or what it started this with, was killed.
  process.on('disconnect', stop)
  try {
    const built = build()
    built.catch(() => {}) // Heard when the gateway is started; until then it must not count as unhandled.
    const platform = await startPlatform({ ...options, data, built, stopping: stopping.signal, log: say })
    held.announce(platform.address.url)
    announce(platform.address, options)
    if (options.demo) await demo(platform.address, data)
    await aborted(stopping.signal)
    if (!options.json) say('Stopping …')
    await platform.stop()
  } catch (error) {
    if (!stopping.signal.aborted) throw error
  } finally {
    held.release()
  }
}

/** The platform is up already: a demo that fails says so and leaves it running. */
async function demo(address: PlatformAddress, data: string): Promise<void> {
  try {
    const login = await fillWithDemo(address, data)
    if (login) say(`The sample team is there. Sign in as ${login.email} with the password ${login.password}`)
    else say('People have signed up here already, so the sample team is left out.')
  } catch (error) {
    say(`The sample team could not be made: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Where the client cannot be built, that of before is served. Rejects when there is none. */
async function build(): Promise<void> {
  try {
    await buildClient()
  } catch (error) {
    if (!existsSync(CLIENT_BUILD)) throw error
    say(`${error instanceof Error ? error.message : String(error)}\nThe client of before is served.`)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function announce(address: PlatformAddress, { json, host, siteUrl }: StartOptions): void {
  if (json) process.stdout.write(`${JSON.stringify(address)}\n`)
  else {
    process.stdout.write(`\nAtrium is ready: ${siteUrl ?? address.url}\n`)
    if (address.mailUrl) process.stdout.write(`Mail is shown at ${address.mailUrl}\n`)
    process.stdout.write('Ctrl-C stops it.\n\n')
  }
  if (['127.0.0.1', '::1', 'localhost'].includes(host)) return
  say(`On ${host} there is no TLS: whoever is on the way can read what is sent. Put a proxy with TLS in front, as in supabase/deploy.`)
  if (!siteUrl) say(`Links in mails lead to ${address.url}, which is this machine alone: say the public address with --site-url.`)
}

try {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options) await run(options)
  else process.stdout.write(HELP)
  process.exit(0)
} catch (error) {
  if (error instanceof OptionError) {
    say(error.message)
    process.exit(2)
  }
  say(
    error instanceof AlreadyRunning || error instanceof PortError
      ? error.message
      : `Atrium could not start: ${error instanceof Error ? error.message : error}`,
  )
  process.exit(1)
}
