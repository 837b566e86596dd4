// Reads what is written in a file, in a thread of its own.
import { tarNames, zipNames } from './archiveNames.ts'
import { type Readable, TEXT_BYTES } from './fileTexts.ts'
import { officeText } from './officeText.ts'
import { pdfText } from './pdfText.ts'
import { isPlain, plainText } from './plainText.ts'

async function read({ bytes, name, mime }: Readable): Promise<string> {
  if (mime === 'application/pdf') return await pdfText(bytes)
  if (mime === 'application/gzip') return await tarNames(bytes)
  if (isPlain(mime)) return plainText(bytes, name)
  const names = zipNames(bytes)
  // Some programs write an office document so that its first bytes do not say what it is.
  return (/\t(\[Content_Types\]\.xml|content\.xml)$/m.test(names) && officeText(bytes)) || names
}

/** In normal form, without empty lines, what no text holds, and the rest of a letter that was cut. */
function tidy(text: string): string {
  const lines = text
    .slice(0, 4 * TEXT_BYTES)
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\ufffd]/g, '')
    .split(/[\n\r]/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  const bytes = new TextEncoder().encode(lines.join('\n')).subarray(0, TEXT_BYTES)
  return new TextDecoder().decode(bytes).replace(/\ufffd$/, '')
}

self.onmessage = async ({ data }: MessageEvent<Readable>) => {
  let text: string | null = null
  try {
    text = tidy(await read(data))
  } catch {
    // What cannot be read has no text, whatever is wrong with it.
  }
  self.postMessage(text)
}
self.postMessage('ready')
