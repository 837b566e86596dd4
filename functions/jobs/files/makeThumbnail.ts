import { pictureType } from '../transfers/pictureType.ts'
import type { Storage } from '../transfers/storage.ts'
import type { createThumbnails } from './thumbnails.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

/** Makes the thumbnail of a picture. Of what cannot be drawn there is none; again it finds it made. */
export function makeThumbnail(
  execute: Execute,
  storage: Pick<Storage, 'download' | 'upload'>,
  thumbnails: ReturnType<typeof createThumbnails>,
) {
  return async ({ data: { path } }: { data: { path: string } }): Promise<void> => {
    const { rows } = await execute('select atrium_private.thumbnail_to_make($1) due', [path])
    if (!(rows[0] as { due: boolean }).due) return
    const bytes = await storage.download('files', path)
    const thumbnail = pictureType(bytes) && (await thumbnails.ask(bytes))
    if (!thumbnail) return
    await storage.upload('file-thumbnails', path, thumbnail.picture, 'image/webp')
    await execute('select atrium_private.store_thumbnail($1, $2)', [path, thumbnail.placeholder])
  }
}
