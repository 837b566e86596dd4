import { createStorage } from '../../supabase/local/storage/storage.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { serve } from '../support/serve.ts'

/** What the parent passes as the one argument, in JSON. */
export interface ProcessSettings {
  databaseUrl: string
  directory: string
  fileSizeLimit: number
  keys: Parameters<typeof createTokens>[0]
  /** Added to the time, in milliseconds. */
  later: number
}

/** Tells the parent where it listens, and, when asked, the most memory it has used since the last time it was asked. */
const settings = JSON.parse(process.argv[2] ?? '') as ProcessSettings
const service = await createStorage({
  ...settings,
  tokens: createTokens(settings.keys),
  secret: 'signs urls',
  clock: () => Date.now() + settings.later,
})
const { url } = await serve(service)
let peak = 0
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 20)
process.on('message', () => {
  process.send?.({ peak: Math.max(peak, process.memoryUsage.rss()) })
  peak = 0
})
process.on('disconnect', () => process.exit())
process.send?.({ url })
