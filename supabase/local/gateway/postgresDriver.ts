// Preloaded into the gateway's process. The driver `postgres` 3.4.9 cannot lose a connection at every moment: a write that was scheduled
// then throws outside any promise, which ends the process, or the connection never writes again. Both are two words in its source.
import { registerHooks } from 'node:module'

const FILE = '/node_modules/postgres/src/connection.js'

const CORRECTIONS = [
  // The socket is gone: nobody waits for what would be written, the queries have been rejected.
  ['const x = socket.write(chunk, fn)', 'const x = socket === null ? false : socket.write(chunk, fn)'],
  // The timer is forgotten too, or write() believes for ever that one is set.
  [
    "clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)",
    "chunk = nextWriteTimer = (clearImmediate(nextWriteTimer), null)\n    socket.removeListener('data', data)",
  ],
] as const

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(FILE)) return loaded
    let source = Buffer.from(loaded.source as Uint8Array).toString()
    for (const [wrong, right] of CORRECTIONS) {
      if (source.split(wrong).length !== 2)
        throw new Error(`The driver "postgres" has changed: look at supabase/local/gateway/postgresDriver.ts`)
      source = source.replace(wrong, () => right)
    }
    return { ...loaded, source }
  },
})
