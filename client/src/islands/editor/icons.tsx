/** Shapes on a grid of 24, drawn with the stroke of the rest of the interface. */
const shapes = {
  bold: 'M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z',
  italic: 'M10 5h7M7 19h7M14 5l-4 14',
  underline: 'M7 5v6a5 5 0 0 0 10 0V5M6 20h12',
  strike: 'M5 12h14M16.5 8A4 4 0 0 0 13 5h-2a3.5 3.5 0 0 0-2.6 5.8M7.5 16a4 4 0 0 0 3.5 3h2a3.5 3.5 0 0 0 3.3-4.6',
  code: 'M9 7l-5 5 5 5M15 7l5 5-5 5',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 1 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 1 0 11 18.7l1-1',
  unlink: 'M9 15a4 4 0 0 1 0-5.7M15 9a4 4 0 0 1 0 5.7M17 13l1.7-1.9A4 4 0 0 0 13 5.4M7 11l-1.7 1.9A4 4 0 0 0 11 18.6M4 4l16 16',
  open: 'M13 5h6v6M19 5l-9 9M17 14v5H5V7h5',
  check: 'M5 12.5 10 17.5 19 7',
  undo: 'M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3',
  redo: 'M16 5l4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h3',
  heading1: 'M4 6v12M12 6v12M4 12h8M17 10l2.5-2v10',
  heading2: 'M4 6v12M11 6v12M4 12h7M15 10.5a2.5 2.5 0 1 1 4.3 1.7L15 18h5',
  heading3: 'M4 6v12M11 6v12M4 12h7M15 8.5h5L17 12a3 3 0 1 1-2.5 4.6',
  paragraph: 'M18 5H10.5a4 4 0 0 0 0 8H13M13 5v14M17 5v14',
  bulletList: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  orderedList: 'M10 6h10M10 12h10M10 18h10M4 5l1.5-1v5M4 14.5a1.3 1.3 0 1 1 2.3.9L4 19h2.7',
  taskList: 'M4 6.5 6 8.5 9.5 5M4 16.5l2 2L9.5 15M13 7h7M13 17h7',
  quote: 'M5 5v14M10 7h9M10 12h9M10 17h6',
  codeBlock: 'M4 5h16v14H4zM10 10l-2 2 2 2M14 10l2 2-2 2',
  divider: 'M4 12h16',
  image: 'M4 5h16v14H4zM4 16l4.5-4.5L13 16M12 15l3-3 5 5M15.5 9h.01',
  slash: 'M12 5v14M5 12h14',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  )
}
