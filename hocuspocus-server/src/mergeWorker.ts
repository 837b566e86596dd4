import { parentPort } from 'node:worker_threads'
import * as Y from 'yjs'
import { applyUpdates } from './applyUpdates.ts'

/** Runs in a thread of its own: merging a large document takes as long as a hundred keystrokes of everybody else. */
parentPort?.on('message', ({ task, updates }: { task: number; updates: Uint8Array[] }) => {
  try {
    const document = new Y.Doc()
    applyUpdates(document, updates)
    const merged = Y.encodeStateAsUpdate(document)
    document.destroy()
    parentPort?.postMessage({ task, merged })
  } catch (error) {
    parentPort?.postMessage({ task, error })
  }
})
