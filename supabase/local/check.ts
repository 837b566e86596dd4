// npm run check: types, lint, dead code and SQL lints. Runs all of them, whatever fails, and says at the end which did.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCluster, TEMPLATE } from '../../tests/support/cluster.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

interface Check {
  name: string
  command: string
  args: string[]
}

const CHECKS: Check[] = [
  { name: 'biome', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types: servers, tests', command: 'tsc', args: ['-p', '.'] },
  { name: 'types: client', command: 'tsc', args: ['--build', 'client'] },
  { name: 'types: tests of the client', command: 'tsc', args: ['-p', 'tests/client'] },
  {
    name: 'types: functions',
    command: 'deno',
    args: ['check', '--no-lock', '--cached-only', '--node-modules-dir=manual', '--config=functions/deno.json', 'functions/'],
  },
  { name: 'floating promises', command: 'oxlint', args: ['--type-aware', 'supabase/local', 'hocuspocus-server', 'sql', 'tests', 'client'] },
  { name: 'dead code', command: 'knip', args: [] },
]

interface Result {
  name: string
  passed: boolean
  seconds: number
  output: string
}

function run({ name, command, args }: Check): Promise<Result> {
  const startedAt = performance.now()
  const child = spawn(command, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => {
    const end = (passed: boolean) => resolve({ name, passed, seconds: (performance.now() - startedAt) / 1000, output })
    child.once('error', (error) => {
      output += error.message
      end(false)
    })
    child.once('close', (code) => end(code === 0))
  })
}

/** Lints the migrations, and the schema as it is in a database that is made for it and thrown away. */
async function lintSql(): Promise<Result[]> {
  const migrations = readdirSync(join(PROJECT, 'sql/migrations')).filter((name) => name.endsWith('.sql'))
  const results: Result[] = []
  if (migrations.length > 0)
    results.push(
      await run({
        name: 'migrations',
        command: 'squawk',
        args: ['--pg-version=17', '--assume-in-transaction', ...migrations.map((name) => `sql/migrations/${name}`)],
      }),
    )
  const { cluster, stop } = await startCluster()
  try {
    const url = `postgres://supabase_admin:${cluster.password}@127.0.0.1:${cluster.port}/${TEMPLATE}`
    results.push(
      await run({
        name: 'schema',
        command: 'postgres-language-server',
        args: ['dblint', `--connection-string=${url}`, '--error-on-warnings', '--diagnostic-level=warn', '--max-diagnostics=none'],
      }),
    )
  } finally {
    await stop()
  }
  return results
}

const results: Result[] = []
for (const check of CHECKS) results.push(await run(check))
results.push(
  ...(await lintSql().catch((error: unknown) => [
    { name: 'schema', passed: false, seconds: 0, output: error instanceof Error ? error.message : String(error) },
  ])),
)
for (const { name, output } of results.filter(({ passed }) => !passed)) console.log(`── ${name}\n${output.trim()}\n`)
for (const { name, passed, seconds } of results)
  console.log(`${passed ? 'passed' : 'FAILED'}  ${seconds.toFixed(1).padStart(5)} s  ${name}`)
process.exit(results.every(({ passed }) => passed) ? 0 : 1)
