import { createThread } from './thread.ts'

/** What a file is, for whoever reads its text. */
export interface Readable {
  bytes: Uint8Array<ArrayBuffer>
  name: string
  mime: string
}

/** As much of a text as is kept: the words of more than this do not fit into what Postgres searches. */
export const TEXT_BYTES = 400_000

/** Reads what is written in files, one after another. */
export const createFileTexts = () => createThread<Readable, string>(new URL('./textWorker.ts', import.meta.url))
