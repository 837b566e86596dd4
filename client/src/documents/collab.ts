import { accessToken } from '../supabase.ts'

/** Address of the collaboration server. */
export const collabUrl = `${location.origin.replace(/^http/, 'ws')}/collab`

/** What opens pages there.
 *  @throws {Error} while nobody is signed in: the connection asks again until somebody is */
export async function collabToken(): Promise<string> {
  const found = await accessToken()
  if (!found) throw new Error('Nobody is signed in')
  return found
}
