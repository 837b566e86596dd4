import { type Fetched, type FetchLimits, FetchRefused, type Network, safeFetch } from '../../_shared/safeFetch.ts'
import { pictureSize } from '../transfers/pictureSize.ts'
import { pictureType } from '../transfers/pictureType.ts'
import type { Storage } from '../transfers/storage.ts'
import { pageCard, tidy } from './pageCard.ts'

export interface PreviewServices {
  execute(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
  storage: Pick<Storage, 'upload'>
  network: Network
  siteUrl: string
}

interface Picture {
  bytes: Uint8Array<ArrayBuffer>
  type: string
  width: number
  height: number
}

const MAX_PIXELS = 40_000_000
const SMALLEST_SIDE = 32

/** Fetches what a message names and nobody fetched lately, and puts the cards into its row. Again it fetches nothing twice. */
export function linkPreviews({ execute, storage, network, siteUrl }: PreviewServices) {
  const userAgent = `Atrium-LinkPreview/1.0 (+${siteUrl})`
  const page: FetchLimits = {
    // Titles stand at the beginning.
    ...{ maxBytes: 512 * 1024, overflow: 'cut', deadlineMs: 8000 },
    ...{ accept: 'text/html, application/xhtml+xml, image/*;q=0.5', userAgent },
    takes: (type) => type === 'text/html' || type === 'application/xhtml+xml' || isRaster(type),
  }
  const picture: FetchLimits = {
    ...{ maxBytes: 5 * 1024 * 1024, overflow: 'refuse', deadlineMs: 8000 },
    ...{ accept: 'image/png, image/jpeg, image/webp, image/gif', userAgent },
    takes: isRaster,
  }

  async function pictureAt(address: string): Promise<Picture | null> {
    try {
      return readPicture((await safeFetch(address, picture, network)).bytes)
    } catch (error) {
      if (error instanceof FetchRefused) return null
      throw error
    }
  }

  async function read(address: string) {
    const fetched = await safeFetch(address, page, network)
    if (isRaster(fetched.type)) {
      // What was cut does not matter to a page, but it does to a picture.
      const image = await pictureAt(address)
      return image && { title: fileTitle(fetched), description: '', site: fetched.url.hostname, image }
    }
    const card = pageCard(fetched)
    return card && { ...card, image: card.image && (await pictureAt(card.image)) }
  }

  async function fetchInto(id: string, url: string): Promise<void> {
    // Our own pages need somebody who is signed in.
    const card = url.startsWith(`${siteUrl}/`) || url === siteUrl ? null : await read(url).catch(unlessRefused)
    if (card?.image) await storage.upload('link-previews', id, card.image.bytes, card.image.type)
    const image = card?.image ? { width: card.image.width, height: card.image.height } : null
    await execute('select atrium_private.store_preview($1, $2)', [id, card && { ...card, image }])
  }

  return async ({ data }: { data: { message_id: string } }): Promise<void> => {
    const { rows } = await execute('select * from atrium_private.previews_to_fetch($1)', [data.message_id])
    await Promise.all((rows as { id: string; url: string }[]).map(({ id, url }) => fetchInto(id, url)))
    await execute('select atrium_private.show_previews($1)', [data.message_id])
  }
}

const isRaster = (type: string) => /^image\/(png|jpeg|gif|webp)$/.test(type)

function unlessRefused(error: unknown): null {
  if (error instanceof FetchRefused) return null
  throw error
}

/** By its first bytes, whatever it says it is; null for what is too small to see or too large to draw. */
function readPicture(bytes: Uint8Array<ArrayBuffer>): Picture | null {
  const type = pictureType(bytes)?.type
  const size = pictureSize(bytes)
  if (!type || !isRaster(type) || !size || size.width * size.height > MAX_PIXELS) return null
  return Math.min(size.width, size.height) < SMALLEST_SIDE ? null : { bytes, type, ...size }
}

function fileTitle({ url }: Fetched): string {
  const name = url.pathname.split('/').at(-1) ?? ''
  try {
    return tidy(decodeURIComponent(name), 200) || url.hostname
  } catch {
    return tidy(name, 200) || url.hostname
  }
}
