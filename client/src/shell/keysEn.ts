/** Keys of rooms and of the inbox. */
export const roomKeys = {
  title: 'In rooms and the inbox',
  groups: [
    {
      title: 'Rooms',
      keys: [
        ['Alt ↓', 'Next room with something new'],
        ['Alt ↑', 'The one before'],
        ['Esc', 'Mark the room as read, go to its end'],
        ['↑', 'Edit your last message, in an empty field'],
        ['J', 'Next message'],
        ['K', 'Message before'],
        ['T', 'Reply in a thread'],
        ['Q', 'Quote'],
        ['F', 'Forward'],
        ['S', 'Save'],
        ['R', 'Remind me'],
        ['P', 'Pin'],
        ['E', 'Edit your message'],
        ['U', 'Mark as unread from here'],
      ],
    },
    {
      title: 'Inbox',
      keys: [
        ['J', 'Next notification'],
        ['K', 'The one before'],
        ['R', 'Answer'],
        ['E', 'Done'],
        ['H', 'Snooze until tomorrow'],
        ['U', 'Read or unread'],
      ],
    },
  ],
} as const

/** Keys of pages, by what they are for. They load with the list that shows them. */
export const pageKeys = {
  title: 'On a page',
  groups: [
    {
      title: 'Words',
      keys: [
        ['Ctrl B', 'Bold'],
        ['Ctrl I', 'Italic'],
        ['Ctrl U', 'Underline'],
        ['Ctrl Shift S', 'Strike through'],
        ['Ctrl E', 'Code'],
        ['Ctrl Shift H', 'Highlight'],
        ['Ctrl Shift K', 'Link'],
        ['Ctrl Shift V', 'Paste words alone'],
        ['Ctrl Alt M', 'Comment on the selection'],
        ['Alt F10', 'Go to the tools of words, tables, pictures'],
      ],
    },
    {
      title: 'Blocks',
      keys: [
        ['/', 'Insert a block'],
        ['Ctrl Alt 1', 'Heading 1 (to 3)'],
        ['Ctrl Alt 0', 'Text'],
        ['Ctrl Shift 8', 'Bullet list'],
        ['Ctrl Shift 7', 'Numbered list'],
        ['Ctrl Shift 9', 'Task list'],
        ['Ctrl Shift B', 'Quote'],
        ['Ctrl Alt C', 'Code block'],
        ['Tab', 'Further in, in a list'],
        ['Shift Tab', 'Further out, in a list'],
        ['Tab', 'Next cell, in a table'],
        ['Alt Shift ↑', 'Move up'],
        ['Alt Shift ↓', 'Move down'],
        ['Ctrl /', 'Change the block'],
      ],
    },
    {
      title: 'Page',
      keys: [
        ['Ctrl F', 'Find'],
        ['Ctrl H', 'Find and replace'],
        ['Ctrl Z', 'Undo what you did'],
        ['Ctrl Y', 'Redo'],
        ['Esc', 'Stop following, close'],
        ['@', 'Mention a person, page or day'],
        [':', 'Emoji'],
      ],
    },
  ],
} as const
