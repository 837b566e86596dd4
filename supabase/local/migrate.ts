// npm run migrate -- <postgres url>: installs Atrium into a Supabase database, or brings an older installation up to date.
// With ATRIUM_DATABASE_PASSWORD it also lets Atrium's own servers in, by that password.
import { migrate, SERVER_LOGINS } from '../../sql/migrate.ts'
import { setPasswords } from './postgres/roles.ts'

const [url] = process.argv.slice(2)
const { ATRIUM_DATABASE_PASSWORD: password } = process.env

function fail(sentence: string, code: number): never {
  console.error(sentence)
  process.exit(code)
}

if (!url || !/^postgres(ql)?:\/\//.test(url)) fail('Say where: npm run migrate -- postgres://postgres:<password>@<host>:5432/postgres', 2)
if (password !== undefined && !/^[\w-]{16,}$/.test(password))
  fail('ATRIUM_DATABASE_PASSWORD must be at least 16 letters, digits, - or _', 2)
try {
  await migrate(url)
} catch (error) {
  fail(`Nothing was changed: ${error instanceof Error ? error.message : error}`, 1)
}
console.log('Atrium is installed and up to date.')
if (password !== undefined) await setPasswords(url, SERVER_LOGINS, password)
else console.log(`${SERVER_LOGINS.join(' and ')} have no password yet: set ATRIUM_DATABASE_PASSWORD and run this again.`)
