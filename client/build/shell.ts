import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** What starts without network before anybody has opened it. Other parts, the editor
 *  among them, are kept when they were fetched once. */
const pages =
  /\/src\/(index|App|Hints|documents\/Documents?Page|rooms\/(RoomPage|RoomsPage|MessagePages)|inbox\/InboxPage|spaces\/SpacePage|settings\/(Settings|Device)Page|tasks\/\w*Page)\.tsx$/
/** Menus, dialogs and panels of those pages are kept as well, for one that does not open is worse than some kilobytes. */
const small = /\/src\/(documents|rooms|inbox|tasks|shell|ui|sync|home|people|spaces)\//
const smallBytes = 12_000
/** Not needed without network, or not by many. */
const apart = /\/(history|transfer|suggestions|Export|Webhooks|Bots|NewSpaceDialog|SpaceMembers)|highlight\.js/
/** Scripts that few start in all languages come with their text, like formulas with their fonts. */
const later = /KaTeX|cyrillic|greek|-ext-|\.(map|ttf|woff)$/
/** A first visit does not fetch more than this ahead, in bytes before compression. */
const mostBytes = 1_500_000

/** Names in the service worker the files of the build that it keeps: with them every page starts without network. */
export function shell(): Plugin {
  let publicDir = ''
  return {
    name: 'atrium-shell',
    apply: 'build',
    configResolved(config) {
      publicDir = config.publicDir
    },
    // After Vite has taken out the scripts that were nothing but style sheets.
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const wanted = new Set<string>()
        const add = (file: string, longest = Number.POSITIVE_INFINITY) => {
          const output = bundle[file]
          if (!output || wanted.has(file) || later.test(file) || bytesOf(output) > longest) return
          wanted.add(file)
          if (output.type !== 'chunk') return
          for (const part of [
            ...output.imports,
            ...(output.viteMetadata?.importedCss ?? []),
            ...(output.viteMetadata?.importedAssets ?? []),
          ])
            add(part, longest)
        }
        for (const output of Object.values(bundle)) {
          if (/-latin-.*woff2$/.test(output.fileName)) wanted.add(output.fileName)
          const source = output.type === 'chunk' && output.facadeModuleId
          if (!source) continue
          if (pages.test(source)) add(output.fileName)
          else if (small.test(source) && !apart.test(source)) add(output.fileName, smallBytes)
        }
        const bytes = [...wanted].reduce((sum, file) => sum + bytesOf(bundle[file]), 0)
        if (bytes > mostBytes) this.error(`The shell has ${bytes} bytes and may have ${mostBytes}`)
        const files = ['/', '/boot.js', '/icon.svg', '/manifest.webmanifest', ...[...wanted].sort().map((file) => `/${file}`)]
        const source = await readFile(join(publicDir, 'sw.js'), 'utf8')
        const version = createHash('sha256').update(files.join()).update(source).digest('base64url').slice(0, 12)
        const named = source
          .replace('const files = []', `const files = ${JSON.stringify(files)}`)
          .replace("const version = ''", `const version = '${version}'`)
        // Over the copy of the public folder, which names nothing.
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: named })
        this.info(`the shell has ${files.length} files, ${bytes} bytes`)
      },
    },
  }
}

const bytesOf = (output?: { type: 'chunk'; code: string } | { type: 'asset'; source: string | Uint8Array }): number =>
  output ? Buffer.byteLength(output.type === 'chunk' ? output.code : output.source) : 0
