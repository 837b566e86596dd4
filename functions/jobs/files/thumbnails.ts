import { createThread } from './thread.ts'

export interface Thumbnail {
  /** WebP. */
  picture: Uint8Array<ArrayBuffer>
  /** The same in a few pixels, WebP in base64. */
  placeholder: string
}

/** Draws pictures smaller, one after another. */
export const createThumbnails = () => createThread<Uint8Array<ArrayBuffer>, Thumbnail>(new URL('./thumbnailWorker.ts', import.meta.url))
