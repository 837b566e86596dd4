export const en = {
  preview: {
    nothing: 'Nobody’s access changes.',
    checking: 'Looking who is concerned…',
    failed: 'It could not be found out who is concerned:',
    lose: { one: 'One person loses access to {{ things }}.', other: '{{ count }} people lose access to {{ things }}.' },
    less: { one: 'One person may do less in {{ things }}.', other: '{{ count }} people may do less in {{ things }}.' },
    more: { one: 'One person may do more in {{ things }}.', other: '{{ count }} people may do more in {{ things }}.' },
    gain: { one: 'One person gains access to {{ things }}.', other: '{{ count }} people gain access to {{ things }}.' },
    things: {
      workspace: { one: 'the workspace', other: 'the workspace' },
      space: { one: 'one space', other: '{{ count }} spaces' },
      document: { one: 'one shared page', other: '{{ count }} shared pages' },
      room: { one: 'one room', other: '{{ count }} rooms' },
    },
    details: 'Who and what',
    none: 'no access',
    untitled: 'Untitled',
    more_rows: 'and {{ count }} more',
  },
} as const
