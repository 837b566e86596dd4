import { sizes } from '../../client/budget.ts'
import { buildClient, CLIENT_BUILD } from '../../supabase/local/build.ts'
import type { Report } from './run.ts'

/** Prints what each part of the client weighs, brotli 11, against its budget. */
export async function bench(report: Report): Promise<void> {
  await buildClient()
  for (const { name, script, style, budget } of await sizes(CLIENT_BUILD)) {
    const kilobytes = (bytes: number) => Number((bytes / 1024).toFixed(1))
    report({ name: `client, ${name}: script`, value: kilobytes(script), unit: 'kB br', peer: kilobytes(budget), ratio: script / budget })
    report({ name: `client, ${name}: style`, value: kilobytes(style), unit: 'kB br' })
  }
}
