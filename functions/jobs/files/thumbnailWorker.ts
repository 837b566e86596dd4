// Draws pictures smaller, in a thread of its own: libvips as WebAssembly, in its form for browsers, whose file system is in memory. A file
// that breaks its decoder reaches nothing but the memory of that decoder.
// @ts-types="../../../node_modules/wasm-vips/lib/vips.d.ts"
import Vips from 'wasm-vips'
import type { Thumbnail } from './thumbnails.ts'

/** Of the longer side. */
const SIDE_PIXELS = 480
/** What stands for the picture while it loads. */
const PLACEHOLDER_PIXELS = 16
/** Some formats are decoded as a whole: it bounds the memory, whatever the file says of itself. */
const MAX_PIXELS = 64_000_000

const vips = await Vips({
  dynamicLibraries: ['vips-heif.wasm'],
  print: () => {},
  printErr: () => {},
})
vips.concurrency(1)
vips.Cache.max(0)
vips.operationBlock('VipsForeignLoad', true)
for (const kind of ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif']) vips.operationBlock(`VipsForeignLoad${kind}`, false)

function draw(bytes: Uint8Array<ArrayBuffer>): Thumbnail | null {
  using source = vips.Image.newFromBuffer(bytes)
  if (source.width * source.height > MAX_PIXELS) return null
  // Nothing of what cameras write beside the picture stays: place, device, name.
  const options = { Q: 75, keep: vips.ForeignKeep.none }
  using small = vips.Image.thumbnailBuffer(bytes, SIDE_PIXELS, { height: SIDE_PIXELS, size: 'down' })
  const picture = small.webpsaveBuffer(options)
  // Of the thumbnail: the file is decoded once.
  using tiny = vips.Image.thumbnailBuffer(picture, PLACEHOLDER_PIXELS, { height: PLACEHOLDER_PIXELS, size: 'down' })
  return { picture: new Uint8Array(picture), placeholder: tiny.webpsaveBuffer({ ...options, Q: 40 }).toBase64() }
}

self.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
  let made: Thumbnail | null = null
  try {
    made = draw(data)
  } catch {
    // What cannot be drawn has no thumbnail, whatever is wrong with it.
  }
  self.postMessage(made)
}
self.postMessage('ready')
