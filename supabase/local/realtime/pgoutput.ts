/** Reads the inserts out of PostgreSQL's logical replication stream, plugin pgoutput, protocol version 1:
 *  https://www.postgresql.org/docs/17/protocol-logicalrep-message-formats.html */

/** A row by column names, each value in its text form. */
export type TextRow = Map<string, Buffer | null>

/** A reader for one stream: it remembers the columns that the stream told it. */
export function createInsertReader(): (message: Buffer) => TextRow | null {
  const relations = new Map<number, string[]>()
  return (message) => {
    const kind = String.fromCharCode(message[0] ?? 0)
    if (kind === 'R') relations.set(message.readUInt32BE(1), readColumns(message))
    if (kind !== 'I') return null
    const columns = relations.get(message.readUInt32BE(1))
    return columns ? readTuple(message, columns) : null
  }
}

/** kind, oid, schema, table, replica identity, then for each column: flags, name, type, modifier. */
function readColumns(message: Buffer): string[] {
  const schemaEnd = message.indexOf(0, 5)
  const tableEnd = message.indexOf(0, schemaEnd + 1)
  const columns: string[] = []
  let offset = tableEnd + 4
  for (let left = message.readUInt16BE(tableEnd + 2); left > 0; left--) {
    const end = message.indexOf(0, offset + 1)
    columns.push(message.toString('utf8', offset + 1, end))
    offset = end + 9
  }
  return columns
}

/** kind, oid, 'N', number of columns, then for each: 'n' or 't' with length and text. */
function readTuple(message: Buffer, columns: string[]): TextRow {
  const row: TextRow = new Map()
  let offset = 8
  for (const column of columns) {
    const kind = String.fromCharCode(message[offset++] ?? 0)
    if (kind !== 't') {
      row.set(column, null)
      continue
    }
    const length = message.readUInt32BE(offset)
    offset += 4
    row.set(column, message.subarray(offset, offset + length))
    offset += length
  }
  return row
}
