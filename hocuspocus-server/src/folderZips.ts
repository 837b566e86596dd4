import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StorageAccess } from './config.ts'
import type { Database } from './database.ts'
import { readForm } from './forms.ts'
import { MOST_ZIPPED, sendFolder } from './sendFolder.ts'
import type { Claims, VerifyToken } from './tokens.ts'

const PATH = /^\/collab\/folders\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/zip$/
const MOST_AT_ONCE = 3

interface FolderZipsOptions {
  storage: StorageAccess | null
  database: Pick<Database, 'folderOf' | 'filesIn' | 'maySeeFile'>
  verifyToken: VerifyToken
  report(message: string, error?: unknown): void
}

/** `POST /collab/folders/:id/zip`: all files of a folder, for whoever reads it. A browser saves what a form brings, and a form has no headers:
 *  its field `access_token` says who asks. */
export function createFolderZips({ storage, database, verifyToken, report }: FolderZipsOptions) {
  const running = new Map<string, number>()

  async function send(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
  ): Promise<[status: number, code: string, message: string] | null> {
    if (request.method !== 'POST') return [405, 'method_not_allowed', 'Send a form with an access token.']
    if (!storage) return [503, 'unavailable', 'Files cannot be read at the moment.']
    const token = (await readForm(request))?.get('access_token')
    const claims: Claims | null = token ? await verifyToken(token).catch(() => null) : null
    if (!claims) return [401, 'not_signed_in', 'Sign in first.']
    const name = await database.folderOf(claims, id)
    const files = name === null ? null : await database.filesIn(claims, id)
    if (name === null || !files) return [404, 'file_not_found', 'There is no such folder, or you may not see it.']
    if (files.length > MOST_ZIPPED) return [413, 'too_many_files', 'These are too many files for one archive.']
    const others = running.get(claims.sub) ?? 0
    if (others >= MOST_AT_ONCE) return [429, 'too_many_requests', 'Wait until another archive has been saved.']
    running.set(claims.sub, others + 1)
    try {
      await sendFolder({
        storage,
        response,
        name,
        files,
        mayRead: ({ id: file }) => database.maySeeFile(claims, file),
        mayGoOn: () => database.maySeeFile(claims, id),
      })
    } finally {
      const left = (running.get(claims.sub) ?? 1) - 1
      if (left > 0) running.set(claims.sub, left)
      else running.delete(claims.sub)
    }
    return null
  }

  return {
    isOne: (path: string): boolean => PATH.test(path),
    answer(request: IncomingMessage, response: ServerResponse): void {
      const [, id = ''] = PATH.exec((request.url ?? '').split('?', 1)[0] ?? '') ?? []
      response.on('error', () => {}) // Whoever asked is gone.
      send(request, response, id)
        .catch((error: unknown): [number, string, string] | null => {
          if (response.headersSent || response.destroyed) {
            response.destroy()
            return null
          }
          report('A folder could not be sent', error)
          return [503, 'unavailable', 'The folder cannot be read at the moment.']
        })
        .then((refusal) => {
          request.resume()
          if (!refusal) return
          const [status, code, message] = refusal
          response
            .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
            .end(JSON.stringify({ code, message }))
        })
        .catch(() => response.destroy())
    },
  }
}
