/** Words of direct conversations. */
export const en = {
  direct: 'Direct messages',
  new: 'New message',
  start: 'Start',
  with: 'To',
  withHint: 'One person, or up to nine for a conversation among you.',
  nobody: 'Nobody is called that.',
  nobodyYet: 'There is nobody to write to yet.',
  chosen: 'Chosen: {{ names }}',
  remove: 'Remove {{ name }}',
  hide: 'Hide the conversation with {{ name }}',
  hidden: 'Hidden until the next message.',
  more: 'All {{ count }} conversations',
  fewer: 'Fewer',
  people: '{{ count }} people',
  tooMany: 'A conversation has ten people at most. Make a private room for more.',
} as const
