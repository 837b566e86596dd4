import { inflateSync } from 'node:zlib'

/** What stands in a PDF as pdfkit writes it, line by line from the top, each from left to right. */
export function linesOf(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes).toString('latin1')
  const objects = new Map([...file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body]) => [id as string, body as string]))
  const streamOf = (body = '') => {
    const start = body.indexOf('stream\n') + 7
    const data = Buffer.from(body.slice(start, body.lastIndexOf('\nendstream')), 'latin1')
    return (body.includes('/FlateDecode') ? inflateSync(data) : data).toString('latin1')
  }
  const reference = (body: string | undefined, key: string) => new RegExp(`/${key} (\\d+) 0 R`).exec(body ?? '')?.[1] ?? ''
  const fonts = new Map(
    [...file.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => {
      const map = streamOf(objects.get(reference(objects.get(id as string), 'ToUnicode')))
      return [name as string, lettersOf(map)]
    }),
  )
  const lines = new Map<number, { x: number; text: string }[]>()
  for (const body of objects.values()) {
    if (!body.includes('stream\n') || body.includes('/Length1') || !/^<<\s*\/Length/.test(body)) continue
    let [x, y, font] = [0, 0, '']
    for (const [, left, up, name, glyphs] of streamOf(body).matchAll(/1 0 0 1 (\S+) (\S+) Tm|\/(F\d+) \S+ Tf|\[([^\]]*)\] TJ/g)) {
      if (left && up) [x, y] = [Number(left), Number(up)]
      if (name) font = name
      if (!glyphs) continue
      const text = [...glyphs.matchAll(/<([0-9a-f]+)>/gi)]
        .flatMap(([, hex]) => (hex as string).match(/.{4}/g) ?? [])
        .map((glyph) => fonts.get(font)?.[Number.parseInt(glyph, 16)] ?? '�')
      // Letters that are raised or lowered stand on the same line.
      const line = [...lines.keys()].find((known) => Math.abs(known - y) < 6) ?? y
      lines.set(line, [...(lines.get(line) ?? []), { x, text: text.join('') }])
    }
  }
  const fromTop = [...lines].sort(([one], [other]) => other - one)
  return fromTop.map(([, pieces]) =>
    pieces
      .sort((one, other) => one.x - other.x)
      .map(({ text }) => text)
      .join('')
      .trim(),
  )
}

/** Letters by glyph, as a ToUnicode map names them. */
function lettersOf(map: string): string[] {
  const rows = [...map.matchAll(/beginbfrange\n([\s\S]*?)\nendbfrange/g)].map(([, rows]) => rows as string)
  return rows.flatMap((row) =>
    [...row.matchAll(/\[([^\]]*)\]/g)].flatMap(([, list]) =>
      [...(list as string).matchAll(/<([0-9a-f ]*)>/gi)].map(([, hex]) =>
        Buffer.from((hex as string).replaceAll(' ', ''), 'hex')
          .swap16()
          .toString('utf16le'),
      ),
    ),
  )
}
