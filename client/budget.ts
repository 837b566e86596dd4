import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

/** What Vite writes into `dist/.vite/manifest.json`, as far as it is read here. */
interface Chunk {
  file: string
  isEntry?: boolean
  isDynamicEntry?: boolean
  imports?: string[]
  css?: string[]
}

type Manifest = Record<string, Chunk>

export interface Size {
  name: string
  /** Bytes of JavaScript, brotli 11. */
  script: number
  /** Bytes of style sheets, brotli 11. */
  style: number
  /** The most that the script may be, in bytes. */
  budget: number
}

const kilobyte = 1024

/** What a visitor needs, as entries whose static imports are counted once. */
const measured = [
  { name: 'frame: first paint', sources: ['index.html'], budget: 35 },
  { name: 'first screen with data', sources: ['index.html', 'src/App.tsx'], budget: 70 },
  { name: 'document page, without its editor', sources: ['src/documents/DocumentPage.tsx'], beyond: true, budget: 25 },
  { name: 'room page', sources: ['src/rooms/RoomPage.tsx'], beyond: true, budget: 25 },
  { name: 'files of a space', sources: ['src/files/FilesPage.tsx'], beyond: true, budget: 25 },
  { name: 'tasks of a space', sources: ['src/tasks/TasksPage.tsx'], beyond: true, budget: 25 },
  { name: 'people page', sources: ['src/workspaces/PeoplePage.tsx'], beyond: true, budget: 25 },
  { name: 'settings page', sources: ['src/settings/SettingsPage.tsx'], beyond: true, budget: 25 },
  { name: 'admin pages', sources: ['src/admin/AdminPage.tsx'], beyond: true, budget: 25 },
  { name: 'security page', sources: ['src/security/SecurityPage.tsx'], beyond: true, budget: 25 },
  { name: 'command palette', sources: ['src/shell/Palette.tsx'], beyond: true, budget: 25 },
  { name: 'small editor of messages', sources: ['src/rooms/richField.ts'], beyond: true, budget: 195 },
  { name: 'editor island', sources: ['src/islands/editor/index.tsx'], beyond: true, budget: 260 },
] as const

/** The sizes of a build.
 *  @param directory the build's, `client/dist` */
export async function sizes(directory: string): Promise<Size[]> {
  const manifest: Manifest = JSON.parse(await readFile(join(directory, '.vite/manifest.json'), 'utf8'))
  const first = closure(manifest, ['index.html', 'src/App.tsx'])
  return Promise.all(
    measured.map(async ({ name, sources, budget, ...rest }) => {
      const chunks = closure(manifest, sources)
      const counted = 'beyond' in rest ? new Set([...chunks].filter((key) => !first.has(key))) : chunks
      const styles = new Set([...counted].flatMap((key) => manifest[key]?.css ?? []))
      const scripts = [...counted].flatMap((key) => manifest[key]?.file ?? [])
      return { name, script: await compressed(directory, scripts), style: await compressed(directory, styles), budget: budget * kilobyte }
    }),
  )
}

/** Everything that these modules import at once, themselves included. */
function closure(manifest: Manifest, sources: readonly string[]): Set<string> {
  const found = new Set(sources)
  for (const key of found) {
    const chunk = manifest[key]
    if (!chunk) throw new Error(`The build has no ${key}`)
    for (const imported of chunk.imports ?? []) found.add(imported)
  }
  return found
}

async function compressed(directory: string, files: Iterable<string>): Promise<number> {
  let bytes = 0
  for (const file of new Set(files)) {
    const content = await readFile(join(directory, file))
    bytes += brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }).length
  }
  return bytes
}

// `node client/budget.ts` prints a table.
if (import.meta.main) {
  const kilobytes = (bytes: number) => Number((bytes / kilobyte).toFixed(1))
  const found = await sizes(join(import.meta.dirname, 'dist'))
  console.table(
    found.map(({ name, script, style, budget }) => ({
      name,
      'script kB br': kilobytes(script),
      'style kB br': kilobytes(style),
      'budget kB': kilobytes(budget),
    })),
  )
}
