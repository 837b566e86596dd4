/** Words of writing a message. They load with the small editor. */
export const composerEn = {
  commands: 'Commands',
  noCommands: 'No command is called that',
  mentionHere: 'Whoever is online in this room',
  mentionAll: 'Everybody in this room',
  group: 'Group',
  tools: 'More for this message',
  formats: 'Formatting',
  attach: 'Attach files',
  emoji: 'Emoji',
  mention: 'Mention somebody',
  voice: 'Record a voice message',
  schedule: 'Send later',
  waitForFiles: 'It is sent when its files are stored.',
} as const
