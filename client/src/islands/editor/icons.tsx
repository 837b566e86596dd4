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
  comment: 'M4 5h16v11H9l-5 4zM12 8v5M9.5 10.5h5',
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
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  up: 'M7 14l5-5 5 5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  down: 'M7 10l5 5 5-5',
  right: 'M10 7l5 5-5 5',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14M15 10v9',
  toggle: 'M5 7l4 3-4 3zM12 10h8M12 16h8',
  info: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M12 11v5M12 8h.01',
  success: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M8.5 12.3l2.4 2.4 4.6-5',
  warning: 'M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01',
  danger: 'M8.6 4h6.8L20 8.6v6.8L15.4 20H8.6L4 15.4V8.6zM12 8v5M12 16h.01',
  math: 'M18 6H6l6 6-6 6h12',
  mention: 'M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M15.5 12v1.2a2.3 2.3 0 0 0 4.5 0V12a8 8 0 1 0-3.2 6.4',
  date: 'M5 6h14v14H5zM5 10.5h14M9 4v4M15 4v4',
  emoji: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M9 10h.01M15 10h.01M8.5 14a4 4 0 0 0 7 0',
  file: 'M7 4h7l4 4v12H7zM14 4v4h4',
  video: 'M4 6h16v12H4zM10 9.5v5l4.5-2.5z',
  audio: 'M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0M19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0',
  download: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14',
  colour: 'M6 17 12 4l6 13M8 13h8',
  left: 'M4 6h16M4 12h10M4 18h13',
  center: 'M4 6h16M7 12h10M5.5 18h13',
  rightAlign: 'M4 6h16M10 12h10M7 18h13',
  justify: 'M4 6h16M4 12h16M4 18h16',
  small: 'M9 9h6v6H9z',
  medium: 'M6.5 7.5h11v9h-11z',
  full: 'M3.5 5.5h17v13h-17z',
  trash: 'M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  page: 'M7 4h7l4 4v12H7zM14 4v4h4M9.5 12h6M9.5 16h6',
  person: 'M12 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M5 20c.6-3.4 3.4-5.3 7-5.3s6.4 1.9 7 5.3',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  )
}

/** The same for node views and menus, which are drawn without React. */
export function iconElement(name: IconName): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', shapes[name])
  svg.append(path)
  return svg
}
