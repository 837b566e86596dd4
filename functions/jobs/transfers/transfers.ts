import { z } from 'zod'
import { Refused } from './refused.ts'
import type { ExportedMessage, ExportedRoom } from './roomMessages.ts'

export interface Transfer {
  id: string
  kind: 'import' | 'export'
  format: 'markdown' | 'html' | 'docx' | 'zip' | 'pdf' | 'json'
  document_id: string | null
  with_files: boolean
  file_name: string
}

export interface ExportedPage {
  id: string
  parent_id: string | null
  title: string
  icon: string | null
  json: { content?: unknown[] }
  updated_at: Date
}

/** What the database does for transfers, see sql/126_transfer_jobs.sql and sql/238_room_exports.sql. */
export interface Transfers {
  take(id: string): Promise<Transfer | undefined>
  note(id: string, percent: number): Promise<void>
  end(id: string, error: string | null, message: string | null, result: unknown): Promise<void>
  stage(id: string, place: number, page: unknown): Promise<void>
  finishImport(id: string, result: unknown): Promise<string | null>
  pages(id: string): Promise<ExportedPage[]>
  titles(id: string, documentIds: string[]): Promise<{ id: string; title: string }[]>
  files(id: string): Promise<{ bucket: string; name: string }[]>
  room(id: string): Promise<ExportedRoom | undefined>
  /** The messages behind this one; none at the end. */
  messages(id: string, after: { first: string; seq: string }): Promise<ExportedMessage[]>
  names(id: string, people: string[]): Promise<{ id: string; name: string }[]>
}

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

export function createTransfers(execute: Execute): Transfers {
  const rows = async <Row>(text: string, values: unknown[]) => (await execute(text, values)).rows as Row[]
  return {
    take: async (id) => (await rows<Transfer>('select * from atrium_private.take_transfer($1)', [id]))[0],
    note: async (id, percent) => void (await execute('select atrium_private.note_transfer($1, $2)', [id, percent])),
    end: async (id, error, message, result) =>
      void (await execute('select atrium_private.end_transfer($1, $2, $3, $4)', [id, error, message, JSON.stringify(result)])),
    stage: async (id, place, page) =>
      void (await execute('select atrium_private.stage_page($1, $2, $3)', [id, place, JSON.stringify(page)])),
    finishImport: async (id, result) =>
      (await rows<{ outcome: string | null }>('select atrium_private.finish_import($1, $2) as outcome', [id, JSON.stringify(result)]))[0]
        ?.outcome ?? null,
    pages: (id) => rows<ExportedPage>('select * from atrium_private.pages_to_export($1)', [id]),
    titles: (id, ids) => rows('select * from atrium_private.titles_for_export($1, $2)', [id, ids]),
    files: (id) => rows('select * from atrium_private.files_to_export($1)', [id]),
    room: async (id) => (await rows<ExportedRoom>('select * from atrium_private.room_to_export($1)', [id]))[0],
    messages: (id, { first, seq }) => rows('select * from atrium_private.messages_to_export($1, $2, $3)', [id, first, seq]),
    names: (id, people) => rows('select * from atrium_private.names_for_export($1, $2)', [id, people]),
  }
}

const Payload = z.object({ transfer_id: z.uuid() })

export interface TransferJob {
  data: unknown
  retryCount: number
  retryLimit: number
}

/** Runs one transfer. What somebody can put right is told to him; everything else is tried again, and in the end told, too. */
export function runTransfer(transfers: Transfers, work: (transfer: Transfer) => Promise<void>) {
  return async ({ data, retryCount, retryLimit }: TransferJob): Promise<void> => {
    const transfer = await transfers.take(Payload.parse(data).transfer_id)
    if (!transfer) return
    try {
      await work(transfer)
    } catch (error) {
      if (error instanceof Refused) return await transfers.end(transfer.id, error.code, error.message, null)
      if (retryCount < retryLimit) throw error
      console.error('worker:', error instanceof Error ? error.message : error)
      await transfers.end(transfer.id, 'failed', 'Something went wrong on the server. Try again later.', null)
    }
  }
}
