// It finds its other half here, instead of starting a thread of its own.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { createCollector } from './collector.ts'

/** Of a book the beginning. */
const MAX_PAGES = 1000

/** The text of a PDF, page by page. One that wants a password is not read. */
export async function pdfText(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const found = createCollector()
  const task = getDocument({
    data: bytes,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    verbosity: 0,
  })
  try {
    const pdf = await task.promise
    for (let number = 1; number <= Math.min(pdf.numPages, MAX_PAGES) && !found.isFull(); number++) {
      const page = await pdf.getPage(number)
      const { items } = await page.getTextContent()
      for (const item of items) if ('str' in item) found.add(item.hasEOL ? `${item.str}\n` : item.str)
      found.add('\n')
      page.cleanup()
    }
  } finally {
    await task.destroy()
  }
  return found.text()
}
