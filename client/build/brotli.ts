import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { Plugin } from 'vite'

const compress = promisify(brotliCompress)
/** What is text. Fonts and pictures are compressed already. */
const text = /\.(html|js|css|svg|json|webmanifest|txt)$/

/** Writes a `.br` file (level 11) beside every text file of the build, so that the gateway never compresses while somebody waits.
 *  `index.html` has none: the gateway fills in the publishable key when it serves the page. */
export function brotli(): Plugin {
  let directory = ''
  return {
    name: 'atrium-brotli',
    apply: 'build',
    configResolved(config) {
      directory = join(config.root, config.build.outDir)
    },
    async writeBundle() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && text.test(entry.name) && entry.name !== 'index.html')
      await Promise.all(files.map((file) => compressFile(join(file.parentPath, file.name))))
    },
  }
}

async function compressFile(path: string): Promise<void> {
  const content = await readFile(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  await writeFile(`${path}.br`, await compress(content, { params }))
}
