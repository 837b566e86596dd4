import { problemOf } from '../errors.ts'
import { storage } from '../supabase.ts'

const bucket = 'message-files'
/** As long as an address to play or save a file from works. */
const addressSeconds = 3600
const keptPictures = 60

/** Pictures that were fetched, the one that was used longest ago first. */
const pictures = new Map<string, Promise<string>>()

/** The blob address of a picture, fetched with the rights of this person. */
export function pictureOf(path: string): Promise<string> {
  const known = pictures.get(path) ?? fetchPicture(path)
  pictures.delete(path)
  pictures.set(path, known)
  // A picture that did not come is asked for again the next time it is drawn.
  known.catch(() => pictures.delete(path))
  const [oldest] = pictures
  if (oldest && pictures.size > keptPictures) {
    pictures.delete(oldest[0])
    oldest[1].then(URL.revokeObjectURL, () => {})
  }
  return known
}

async function fetchPicture(path: string): Promise<string> {
  const { data, error } = await (await storage()).from(bucket).download(path)
  if (error) throw problemOf(error)
  return URL.createObjectURL(data)
}

/** An address under which a file plays, or is saved under a name. */
export async function addressOf(path: string, saveAs?: string): Promise<string> {
  const options = saveAs === undefined ? {} : { download: saveAs }
  const { data, error } = await (await storage()).from(bucket).createSignedUrl(path, addressSeconds, options)
  if (error) throw problemOf(error)
  return data.signedUrl
}
