// Incoming webhooks. Who calls has no session: the secret in the address is what he has, and Postgres says what it is worth.
import { createClient } from '@supabase/supabase-js'
import { hooks } from './hooks.ts'

const supabase = createClient(Deno.env.get('SUPABASE_URL') ?? '', Deno.env.get('SUPABASE_SERVICE_ROLE_KEY') ?? '', {
  auth: { persistSession: false, autoRefreshToken: false },
  db: { schema: 'atrium' },
})

Deno.serve(
  hooks({
    async receive(incoming) {
      const { error } = await supabase.rpc('receive_webhook', incoming)
      if (error && !error.details) throw error
      return error?.details ?? null
    },
    async mayMention(id) {
      const { data } = await supabase.from('webhooks').select('may_mention').eq('id', id).maybeSingle().throwOnError()
      return data?.may_mention === true
    },
  }),
)
