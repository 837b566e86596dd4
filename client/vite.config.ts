import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'
import { brotli } from './build/brotli.ts'
import { leanAuth } from './build/leanAuth.ts'
import { preloadApp } from './build/preloadApp.ts'
import { shell } from './build/shell.ts'

// React lives under src/islands/ and nowhere else; everything else is Solid.
const islands = /\/src\/islands\/.*\.[tj]sx$/

/** Where `npm start` listens, so that `vite` in development can stand in front of it. */
const platform = process.env.ATRIUM_URL ?? 'http://127.0.0.1:8080'
const served = ['/auth', '/rest', '/storage', '/realtime', '/functions', '/collab', '/dev']

// Inside a test run NODE_ENV is "test", and Vite would take React's development build.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    solid({ exclude: [islands] }),
    // Named here, because otherwise Vite takes `solid-js` from the nearest tsconfig.
    react({ include: [islands], jsxImportSource: 'react' }),
    leanAuth(),
    preloadApp('src/App.tsx'),
    shell(),
    brotli(),
  ],
  resolve: {
    // The formats read HTML in Node too; a browser brings its own parser.
    alias: { linkedom: `${import.meta.dirname}/src/islands/editor/paste/browserDom.ts` },
    dedupe: ['yjs', 'y-protocols', '@tiptap/core', '@tiptap/pm', 'prosemirror-model', 'prosemirror-state', 'prosemirror-view'],
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(served.map((path) => [path, { target: platform, ws: true }])),
  },
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    // The policy allows no data: fonts and no data: images.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Otherwise ProseMirror ends up inside the "yjs" chunk.
          includeDependenciesRecursively: false,
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\//, priority: 30 },
            {
              name: 'yjs',
              test: /node_modules\/(yjs|lib0|y-protocols|@hocuspocus|@tiptap\/y-tiptap|@tiptap\/extension-collaboration)/,
              priority: 25,
            },
            {
              name: 'prosemirror',
              test: /node_modules\/(prosemirror-|@tiptap\/pm|@tiptap\/core|orderedmap|rope-sequence|w3c-keyname)/,
              priority: 20,
            },
            // What only forms and dialogs need comes after the first screen.
            { name: 'forms', test: /\/client\/src\/ui\/(CopyField|Dialog|Field|NameDialog|submit)\b/, priority: 15 },
            // The controls, the faces of a conversation, live topics and what the device keeps are small and shared by all: a chunk each
            // would cost more than it saves.
            { name: 'controls', test: /\/client\/src\/(ui\/|live\.ts|rooms\/Faces\.tsx|sync\/database\.ts)/, priority: 10 },
            // Messages are shown and written in many places; what is smaller than a kilobyte costs more in a chunk of its own.
            {
              name: 'messages',
              test: /\/client\/src\/rooms\/(Composer|content|drafts|MessageContent|messageEn|MessageText|textParts|time|WritingField)\.tsx?$/,
              priority: 10,
            },
            // What rooms keep and what waits to be sent go together.
            {
              name: 'conversations',
              test: /\/client\/src\/(rooms\/(conversations?|messageLog|messageServer|outgoingMessages)|sync\/(waiting|outbox|browserOutbox))\.ts$/,
              priority: 10,
            },
            // The languages come one by one.
            { name: 'highlight', test: /node_modules\/(lowlight|highlight\.js\/lib\/core)/, priority: 20 },
          ],
        },
      },
    },
  },
})
