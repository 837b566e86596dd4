// npm run bench [-- name …]: runs the benchmarks one after the other, prints a table and writes bench.json.
import { readdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

/** One figure. A ratio against a peer of the same run says more than a time that only this machine knows. */
export interface Row {
  name: string
  value: number
  unit: string
  /** What the peer reached, in the same unit. */
  peer?: number
  /** Ours to the peer's. */
  ratio?: number
  /** Printed beneath the table: the plan of a query. */
  notes?: string[]
}

export type Report = (row: Row) => void

const wanted = process.argv.slice(2)
const rows: Row[] = []
let failed = false
for (const file of readdirSync(new URL('.', import.meta.url)).sort()) {
  if (!file.endsWith('.bench.ts') || (wanted.length > 0 && !wanted.some((name) => file.includes(name)))) continue
  process.stderr.write(`${file} …\n`)
  try {
    const { bench } = (await import(new URL(file, import.meta.url).href)) as { bench(report: Report): Promise<void> }
    await bench((row) => rows.push(row))
  } catch (error) {
    failed = true
    process.stderr.write(`${file} failed: ${error instanceof Error ? error.stack : error}\n`)
  }
}
print(rows)
const at = new Date().toISOString()
const machine = { processors: cpus().length, model: cpus()[0]?.model, node: process.version }
writeFileSync(fileURLToPath(new URL('../../bench.json', import.meta.url)), `${JSON.stringify({ at, machine, rows }, null, 2)}\n`)
process.exit(failed ? 1 : 0)

function print(rows: Row[]): void {
  const cells = rows.map(({ name, value, unit, peer, ratio }) => [
    name,
    `${round(value)} ${unit}`,
    peer === undefined ? '' : `${round(peer)} ${unit}`,
    ratio === undefined ? '' : `${round(ratio)}×`,
  ])
  const table = [['figure', 'here', 'peer', 'ratio'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  for (const { name, notes = [] } of rows) for (const note of notes) console.log(`\n${name}. ${note}`)
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
