import { storage } from '../supabase.ts'

const shown = new Map<string, Promise<string>>()

/** The blob address of a preview's picture. It comes from our storage, with the person's rights: who reads is not told to the page. */
export function previewPicture(id: string): Promise<string> {
  const known = shown.get(id)
  if (known) return known
  const fetched = storage()
    .then((client) => client.from('link-previews').download(id))
    .then(({ data, error }) => {
      if (error) throw error
      return URL.createObjectURL(data)
    })
  shown.set(id, fetched)
  // What did not come is asked for again the next time it is drawn.
  fetched.catch(() => shown.delete(id))
  return fetched
}
