/** Words of the list of rooms, which every page shows. */
export const listEn = {
  roomsIn: 'Rooms in {{ space }}',
  privateRoom: 'private room',
  unread: '{{ count }} unread',
  mentions: 'mentions of you: {{ count }}',
  muted: 'muted',
  browse: 'Browse rooms',
} as const
