// npm test: builds the client, then runs every suite. Further arguments are vitest's: npm test -- platform/storage
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildClient } from './build.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

await buildClient().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
const { status } = spawnSync(process.execPath, [join(PROJECT, 'tests/support/run.ts'), ...process.argv.slice(2)], {
  cwd: PROJECT,
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exit(status ?? 1)
