type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

interface Step {
  /** A bigint, as text. Null at the end of the room. */
  last_seq: string | null
  ids: string[]
}

/** Deletes messages that are older than their room or workspace keeps them; messageFiles.ts removes what was attached to them. What fails
 *  is tried again in an hour, and holds up no other room. */
export async function forgetMessages(execute: Execute): Promise<void> {
  try {
    const { rows } = await execute('select * from atrium_private.rooms_that_forget()', [])
    for (const { room_id, older_than } of rows as { room_id: string; older_than: Date }[]) {
      await forgetIn(room_id, older_than, execute).catch(report)
    }
  } catch (error) {
    report(error)
  }
}

async function forgetIn(roomId: string, olderThan: Date, execute: Execute): Promise<void> {
  let after: string | null = '0'
  while (after !== null) {
    const { rows } = await execute('select * from atrium_private.messages_to_forget($1, $2, $3)', [roomId, olderThan, after])
    const { last_seq, ids } = rows[0] as Step
    if (ids.length > 0) await execute('select atrium_private.forget_messages($1, $2, $3)', [roomId, ids, olderThan])
    after = last_seq
  }
}

const report = (error: unknown) => console.error('worker:', error instanceof Error ? error.message : error)
