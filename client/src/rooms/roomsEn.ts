/** Words of the page of all rooms. */
export const en = {
  find: 'Find a room',
  nothing: 'No room is called that.',
  shared: 'Shared with you',
  archived: 'Archived rooms',
  noArchived: 'Nothing is archived.',
  restoreNamed: 'Bring it back: {{ room }}',
  member: '1 member',
  members: '{{ count }} members',
} as const
