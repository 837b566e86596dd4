export const en = {
  update: 'A new version of Atrium is ready.',
  reload: 'Reload',
  refused: 'A change that you made without network was refused. Settings, On this device, has it.',
} as const
