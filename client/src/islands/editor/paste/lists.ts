/** Word has no lists on the clipboard: only paragraphs that say at which level they stand, each with its drawn mark. */
export function wordLists(body: HTMLElement) {
  let open: { list: Element; level: number }[] = []
  let last: Element | null = null
  for (const paragraph of body.querySelectorAll<HTMLElement>('p[style*="mso-list:"], p[style*="mso-list :"]')) {
    const level = Number(/mso-list:\s*l\d+\s+level(\d+)/i.exec(paragraph.getAttribute('style') ?? '')?.[1])
    if (!level) continue
    const mark = takeMark(paragraph)
    if (last?.nextElementSibling !== paragraph) open = []
    while (open.length > 0 && (open.at(-1)?.level ?? 0) > level) open.pop()
    if (open.at(-1)?.level !== level) {
      const list = document.createElement(/^\(?(\d{1,3}|[a-z]{1,4})[.)]$/i.test(mark) ? 'ol' : 'ul')
      const around = open.at(-1)?.list.lastElementChild
      if (around) around.append(list)
      else paragraph.before(list)
      open.push({ list, level })
    }
    const item = document.createElement('li')
    open.at(-1)?.list.append(item)
    // The next paragraph of the same list follows the outermost list once this one has moved into it.
    item.append(paragraph)
    last = open[0]?.list ?? null
  }
}

/** Takes the drawn mark out of the paragraph and says what it was. */
function takeMark(paragraph: HTMLElement): string {
  const mark = paragraph.querySelector('[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]')
  const text = mark?.textContent?.replaceAll(/[\s\u00A0]/g, '') ?? ''
  mark?.remove()
  return text
}

/** Google Docs and others put an inner list beside the item that it belongs to. */
export function nestLists(body: HTMLElement) {
  for (const list of body.querySelectorAll(':is(ul, ol) > :is(ul, ol)')) {
    const before = list.previousElementSibling
    if (before?.localName === 'li') before.append(list)
  }
}
