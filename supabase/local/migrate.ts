// npm run migrate -- <postgres url>: installs Atrium into a Supabase database, or brings an older installation up to date.
import { migrate } from '../../sql/migrate.ts'

const [url] = process.argv.slice(2)
if (!url || !/^postgres(ql)?:\/\//.test(url)) {
  console.error('Say where: npm run migrate -- postgres://postgres:<password>@<host>:5432/postgres')
  process.exit(2)
}
try {
  await migrate(url)
  console.log('Atrium is installed and up to date.')
} catch (error) {
  console.error(`Nothing was changed: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}
