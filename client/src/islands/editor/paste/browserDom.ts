/** In a browser the formats read HTML with the browser's own parser, which loads and runs nothing either. */
export function parseHTML(html: string): { document: Document } {
  return { document: new DOMParser().parseFromString(html, 'text/html') }
}
