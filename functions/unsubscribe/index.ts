import { createClient } from '@supabase/supabase-js'
import { unsubscribe } from './unsubscribe.ts'

const setting = (name: string) => {
  const value = Deno.env.get(name)
  if (!value) throw new Error(`${name} is missing`)
  return value
}
const client = createClient(setting('SUPABASE_URL'), setting('SUPABASE_ANON_KEY'), {
  db: { schema: 'atrium' },
  auth: { persistSession: false, autoRefreshToken: false },
})

Deno.serve(
  unsubscribe({
    async unsubscribe(key) {
      const { error, status } = await client.rpc('unsubscribe_mail', { key })
      if (error && status !== 404) throw new Error(error.message)
      return !error
    },
  }),
)
