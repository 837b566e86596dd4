import { problemOf } from '../errors.ts'
import { fetchAsPerson } from '../supabase.ts'

/** Asks the auth service as the signed-in person, where auth-js has no function for it.
 *  @returns the answer's JSON, or undefined when it is empty
 *  @throws {ProblemError} */
export async function askAuth<Result = void>(method: 'GET' | 'DELETE', path: string): Promise<Result> {
  let response: Response
  try {
    response = await fetchAsPerson(`${location.origin}/auth/v1${path}`, { method })
  } catch {
    throw problemOf({ status: 0 })
  }
  const text = await response.text()
  const body = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined
  if (!response.ok) throw problemOf({ status: response.status, code: body?.error_code, message: body?.msg })
  return body
}
