import type { Plugin } from 'vite'

/** Names the chunks of a module that the entry imports lazily in `index.html`, so that the browser fetches them beside the entry
 *  instead of after it.
 *  @param source the module, relative to the client's folder. */
export function preloadApp(source: string): Plugin {
  return {
    name: 'atrium-preload-app',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        if (!bundle) return []
        const chunks = Object.values(bundle).filter((output) => output.type === 'chunk')
        const entry = chunks.find((chunk) => chunk.isEntry)
        const app = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(source))
        if (!app) throw new Error(`The build has no chunk for ${source}`)
        const present = new Set([entry?.fileName, ...(entry?.imports ?? [])])
        return [app.fileName, ...app.imports]
          .filter((file) => !present.has(file))
          .map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', href: `/${file}`, crossorigin: true }, injectTo: 'head' }))
      },
    },
  }
}
