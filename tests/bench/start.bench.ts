import { readFileSync } from 'node:fs'
import { buildClient } from '../../supabase/local/build.ts'
import { makeData, startReal } from '../support/start.ts'
import type { Report } from './run.ts'

/** How long `npm start` takes to be ready, with nothing there and with everything there, and what each process then holds while nobody is in. */
export async function bench(report: Report): Promise<void> {
  // Only the first start on a machine builds the client.
  await buildClient()
  const { data, remove } = makeData()
  try {
    for (const name of ['cold start, empty data directory', 'warm start']) {
      const startedAt = performance.now()
      const platform = await startReal(data)
      report({ name, value: (performance.now() - startedAt) / 1000, unit: 's' })
      if (name === 'warm start')
        for (const [part, pid] of Object.entries(platform.pids())) {
          const { rss, pss } = part === 'postgres' ? sum(memoryOfGroup(pid)) : memory(pid)
          report({ name: `memory of ${part}, idle, shared pages counted once (PSS)`, value: pss, unit: 'MB' })
          report({ name: `memory of ${part}, idle, resident (RSS)`, value: rss, unit: 'MB' })
        }
      await platform.stop()
    }
  } finally {
    remove()
  }
}

interface Memory {
  rss: number
  pss: number
}

/** Megabytes, as Linux counts them. */
function memory(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
  return { rss: of('Rss'), pss: of('Pss') }
}

/** PostgreSQL is a process and its children. */
function memoryOfGroup(pid: number): Memory[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  return [pid, ...children].map(memory)
}

function sum(memories: Memory[]): Memory {
  return memories.reduce((all, { rss, pss }) => ({ rss: all.rss + rss, pss: all.pss + pss }), { rss: 0, pss: 0 })
}
