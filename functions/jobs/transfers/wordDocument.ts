import { openArchive } from './archive.ts'
import type { Files } from './pages.ts'
import { pictureType } from './pictureType.ts'
import { Refused } from './refused.ts'

interface Picture {
  readAsArrayBuffer(): Promise<ArrayBuffer>
}
interface Mammoth {
  convertToHtml(input: { buffer: Uint8Array }, options: { convertImage: unknown; externalFileAccess: boolean }): Promise<{ value: string }>
  images: { imgElement(make: (picture: Picture) => Promise<{ src: string }>): unknown }
}

const MEBIBYTE = 1024 * 1024
const LIMITS = { files: 2_000, fileBytes: 25 * MEBIBYTE, totalBytes: 100 * MEBIBYTE }

/** A Word document as one page of HTML with its pictures beside it. */
export async function readWordDocument(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Files> {
  refuseHostile(bytes)
  const mammoth = await loadMammoth()
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  const convertImage = mammoth.images.imgElement(async (picture) => {
    const content = new Uint8Array(await picture.readAsArrayBuffer())
    const path = `picture${files.size}.${pictureType(content)?.extension ?? 'bin'}`
    files.set(path, content)
    return { src: path }
  })
  const { value } = await mammoth.convertToHtml({ buffer: bytes }, { convertImage, externalFileAccess: false }).catch(() => {
    throw new Refused('file_invalid', 'This is no Word document (.docx), or it is damaged.')
  })
  const page = `${name.replace(/\.docx$/i, '').replaceAll('/', '-') || 'Document'}.html`
  files.set(page, new TextEncoder().encode(value))
  return { paths: [...files.keys()], read: (path) => files.get(path) as Uint8Array<ArrayBuffer> }
}

/** No Word document declares types or entities; who does wants the parser to unfold them, or to open a file. */
function refuseHostile(bytes: Uint8Array): void {
  const archive = openArchive(bytes, LIMITS)
  const decoder = new TextDecoder()
  for (const path of archive.paths.filter((each) => /\.(xml|rels)$/i.test(each))) {
    if (/<!(DOCTYPE|ENTITY)/i.test(decoder.decode(archive.read(path))))
      throw new Refused('file_invalid', 'This Word document declares entities, which none needs.')
  }
}

/** mammoth's promises inherit by assigning `__proto__`, which Deno takes away: it is there while they are made. */
async function loadMammoth(): Promise<Mammoth> {
  Object.defineProperty(Object.prototype, '__proto__', {
    configurable: true,
    get() {
      return Object.getPrototypeOf(this)
    },
    set(proto) {
      Object.setPrototypeOf(this, proto)
    },
  })
  try {
    return ((await import('mammoth')) as unknown as { default: Mammoth }).default
  } finally {
    Reflect.deleteProperty(Object.prototype, '__proto__')
  }
}
