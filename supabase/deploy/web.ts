// Serves the web client beside a self-hosted Supabase. Everything else goes past it: the proxy in front routes by path.
import { createServer } from 'node:http'
import { CLIENT_BUILD } from '../local/build.ts'
import { createClient } from '../local/gateway/client.ts'

const { ATRIUM_PUBLISHABLE_KEY: publishableKey, PORT = '3000' } = process.env
if (!publishableKey) {
  console.error('ATRIUM_PUBLISHABLE_KEY is missing: the anon or publishable key of your Supabase')
  process.exit(1)
}
const server = createServer(createClient({ directory: CLIENT_BUILD, publishableKey }))
server.listen(Number(PORT), () => console.log(JSON.stringify({ listening: PORT })))
process.once('SIGTERM', () => server.close(() => process.exit(0)))
