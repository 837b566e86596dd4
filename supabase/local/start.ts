// npm start: starts the embedded platform in order, says where it is, and stops it in order.
import { buildClient } from './build.ts'
import { HELP, OptionError, readOptions, type StartOptions } from './options.ts'
import { makeDataDirectory } from './supervisor/directories.ts'
import { AlreadyRunning, lock } from './supervisor/lock.ts'
import { type Platform, type PlatformAddress, startPlatform } from './supervisor/platform.ts'
import { PortError } from './supervisor/ports.ts'

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

async function run(options: StartOptions): Promise<void> {
  const data = makeDataDirectory(options.data)
  const held = await lock(data)
  let platform: Platform | null = null
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // npm, or what it started this with, was killed.
  process.on('disconnect', stop)
  try {
    const built = buildClient().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
    platform = await startPlatform({ ...options, data }, built, say)
    held.announce(platform.address.url)
    announce(platform.address, options)
    await new Promise<void>((resolve) => {
      if (stopped.signal.aborted) resolve()
      stopped.signal.addEventListener('abort', () => resolve())
    })
    if (!options.json) say('Stopping …')
  } finally {
    await platform?.stop()
    held.release()
  }
}

function announce(address: PlatformAddress, { json, host, siteUrl }: StartOptions): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(address)}\n`)
    return
  }
  process.stdout.write(`\nAtrium is ready: ${siteUrl ?? address.url}\n`)
  if (address.mailUrl) process.stdout.write(`Mail is shown at ${address.mailUrl}\n`)
  if (!['127.0.0.1', '::1', 'localhost'].includes(host))
    say(`Anybody who reaches ${host} can read what is sent: there is no TLS. Put a proxy with TLS in front (supabase/deploy)`)
  process.stdout.write('Ctrl-C stops it.\n\n')
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
