import { isStoredFile } from '../../../../../hocuspocus-server/src/schema/addresses.ts'
import { File } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorProps, EditorText } from '../../contract.ts'
import { make, makeButton } from '../dom.ts'
import { iconElement } from '../icons.tsx'

interface FileOptions {
  text: EditorText
  address: EditorProps['fileAddress']
}

/** A file that lies with the document: video and sound play in place, anything can be saved. */
export function fileView({ text, address }: FileOptions) {
  return File.extend({
    addNodeView() {
      return ({ node }) => {
        let shown = node
        const dom = make('div', { className: 'file', contentEditable: 'false' })
        const draw = () => dom.replaceChildren(...card(shown.attrs as FileAttributes, text, address))
        draw()
        return {
          dom,
          update(next) {
            if (next.type !== shown.type) return false
            const same = Object.entries(next.attrs).every(([key, value]) => shown.attrs[key] === value)
            shown = next
            // What plays goes on playing.
            if (!same) draw()
            return true
          },
          selectNode: () => dom.classList.add('selected'),
          deselectNode: () => dom.classList.remove('selected'),
          stopEvent: (event) => event.target instanceof HTMLMediaElement || (event.target as HTMLElement).closest?.('button') !== null,
          ignoreMutation: () => true,
        }
      }
    },
  })
}

interface FileAttributes {
  src: string | null
  name: string
  size: number
  mime: string | null
}

function card({ src, name, size, mime }: FileAttributes, text: EditorText, address: EditorProps['fileAddress']): HTMLElement[] {
  if (!isStoredFile(src)) return [make('p', { className: 'file-card' }, iconElement('file'), text.fileMissing)]
  const media = /^(video|audio)\//.exec(mime ?? '')?.[1] as 'video' | 'audio' | undefined
  const problem = make('p', { role: 'status', hidden: true }, text.fileGone)
  const save = makeButton(text.fileSave(name), { icon: iconElement('download') }, () => {
    problem.hidden = true
    address(src, name).then(
      (href) => make('a', { href, download: name }).click(),
      () => {
        problem.hidden = false
      },
    )
  })
  const card = make(
    'div',
    { className: 'file-card' },
    iconElement(media ?? 'file'),
    make('span', { className: 'file-name', dir: 'auto' }, name),
    make('small', {}, sizeInWords(size)),
    save,
    problem,
  )
  return media ? [player(media, src, name, address), card] : [card]
}

function player(kind: 'video' | 'audio', src: string, name: string, address: EditorProps['fileAddress']): HTMLMediaElement {
  const media = make(kind, { controls: true, preload: 'metadata', ariaLabel: name })
  if (media instanceof HTMLVideoElement) media.playsInline = true
  let asked = false
  const load = () => {
    address(src).then(
      (href) => {
        const at = media.currentTime
        media.src = href
        if (at) media.currentTime = at
      },
      () => {},
    )
  }
  // An address works for an hour: after that a fresh one, once for each time that the old one fails.
  media.addEventListener('error', () => {
    if (asked) return
    asked = true
    load()
  })
  media.addEventListener('playing', () => {
    asked = false
  })
  load()
  return media
}

/** 4.2 MB, in the reader's language. */
function sizeInWords(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  const value = bytes / 1000 ** power
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value)
}
