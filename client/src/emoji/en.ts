/** Words of the emoji picker. */
export const emojiEn = {
  title: 'Emoji',
  search: 'Search emoji',
  none: 'No emoji is called that.',
} as const
