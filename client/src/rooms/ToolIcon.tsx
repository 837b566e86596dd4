/** Shapes on the grid of ui/icons.ts that the first screen does not need. */
const shapes = {
  attach: 'M20 11.5 12 19.4a5 5 0 0 1-7-7l8-8a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.3-7.2',
  formats: 'M3 18 8 6l5 12M4.7 14h6.6M20.5 18v-7M20.5 14.5a2.8 3.2 0 1 0-5.6 0a2.8 3.2 0 1 0 5.6 0',
  emoji: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01',
  mention: 'M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M15.5 12v1.2a2.3 2.3 0 0 0 4.5 0V12a8 8 0 1 0-3.2 6.4',
  voice: 'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
  later: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2',
  stop: 'M7 7h10v10H7z',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  close: 'M6 6l12 12M18 6 6 18',
  retry: 'M20 6v5h-5M4 18v-5h5M6.2 9a7 7 0 0 1 12-1.5L20 11M4 13l1.8 3.5A7 7 0 0 0 17.8 15',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  file: 'M7 4h7l4 4v12H7zM14 4v4h4',
  previous: 'M14 6l-6 6 6 6',
  next: 'M10 6l6 6-6 6',
  zoomIn: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12M15.5 15.5 20 20M8.5 11h5M11 8.5v5',
  pencil: 'M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4',
} as const

export function ToolIcon(props: { name: keyof typeof shapes }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[props.name]} />
    </svg>
  )
}
