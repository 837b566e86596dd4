import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const CLIENT = join(PROJECT, 'client')

/** The built client, as the gateway serves it. */
export const CLIENT_BUILD = join(CLIENT, 'dist')

/** What the build reads; the client imports the row types, and from the collaboration server its protocol, schema, formats and answers. */
const SOURCES = ['client', 'sql/types.gen.ts', 'hocuspocus-server/src', 'package-lock.json'].map((path) => join(PROJECT, path))

/** Builds the client when something it is made of is newer than the last build. Throws, with Vite's words, when that fails. */
export async function buildClient(): Promise<void> {
  const page = join(CLIENT_BUILD, 'index.html')
  if (existsSync(page) && statSync(page).mtimeMs >= Math.max(...SOURCES.map(newest))) return
  // Built beside and swapped, so that whoever serves the old build never sees half of the new one.
  const output = `dist.${process.pid}`
  try {
    await vite(['build', '--outDir', output, '--logLevel', 'warn'])
    swap(join(CLIENT, output))
  } finally {
    rmSync(join(CLIENT, output), { recursive: true, force: true })
  }
}

/** Another start may build and swap at the same time: whoever comes last has the newest. */
function swap(built: string): void {
  for (let attempt = 0; ; attempt++) {
    rmSync(CLIENT_BUILD, { recursive: true, force: true })
    try {
      renameSync(built, CLIENT_BUILD)
      return
    } catch (error) {
      if (attempt > 5) throw error
    }
  }
}

function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  const entries = readdirSync(path).filter((name) => name !== 'node_modules' && !name.startsWith('dist') && !name.startsWith('.'))
  // A folder's own time tells of files that are gone. The client's folder itself changes with every build.
  const own = path === CLIENT ? 0 : stat.mtimeMs
  return Math.max(own, ...entries.map((name) => newest(join(path, name))))
}

function vite(args: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(PROJECT, 'node_modules/vite/bin/vite.js'), ...args], {
    cwd: CLIENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = () => child.kill()
  process.once('exit', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => process.removeListener('exit', end))
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The web client could not be built:\n${output.trim()}`))))
  })
}
