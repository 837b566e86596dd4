// API tokens of bots into access tokens. The authentication server signs them itself, by a link that is made and used here and never sent,
// so that this works whatever its keys are.
import { createClient } from '@supabase/supabase-js'
import { botToken } from './botToken.ts'

const url = Deno.env.get('SUPABASE_URL') ?? ''
const own = { auth: { persistSession: false, autoRefreshToken: false }, db: { schema: 'atrium' } } as const
const admin = createClient(url, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY') ?? '', own)

Deno.serve(
  botToken({
    async takeToken(token) {
      const { data, error } = await admin.rpc('take_api_token', { token }).maybeSingle<{ token_id: string; email: string }>()
      if (error && error.details !== 'token_invalid') throw error
      return data
    },
    async signIn(email) {
      const { data: link, error } = await admin.auth.admin.generateLink({ type: 'magiclink', email })
      if (error) throw error
      // A client of its own: the first one must stay the platform's.
      const { data } = await createClient(url, Deno.env.get('SUPABASE_ANON_KEY') ?? '', own).auth.verifyOtp({
        token_hash: link.properties.hashed_token,
        type: 'magiclink',
      })
      if (!data.session) return null
      const { access_token, expires_in, user } = data.session
      const claims = JSON.parse(atob((access_token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')))
      return { access_token, expires_in, user_id: user.id, session_id: claims.session_id }
    },
    async noteSession(token_id, session_id) {
      const { error } = await admin.rpc('note_api_session', { token_id, session_id })
      if (error && error.details !== 'token_invalid') throw error
      return !error
    },
  }),
)
