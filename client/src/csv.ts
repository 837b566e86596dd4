/** Lines of cells as CSV (RFC 4180, with the mark by which spreadsheets know UTF-8). */
export function toCsv(lines: readonly (readonly (string | number | null)[])[]): string {
  return `\ufeff${lines.map((line) => line.map(toCell).join(',')).join('\r\n')}\r\n`
}

/** A name such as `=HYPERLINK(…)` would be a formula to the spreadsheet of whoever opens the file: an apostrophe makes it text. */
function toCell(value: string | number | null): string {
  if (typeof value === 'number') return String(value)
  const text = value ?? ''
  const harmless = /^\s*[=+\-@|%]|^[\t\r\n]/.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
