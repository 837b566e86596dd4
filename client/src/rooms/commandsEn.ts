/** Words of commands in messages. */
export const commandsEn = {
  topic: 'Change the topic of the room',
  topicArgument: 'topic',
  topicSet: 'The topic is changed.',
  invite: 'Bring people into the room',
  inviteArgument: '@person',
  inviteWhom: 'Say whom: type @ and choose a person.',
  invited: 'They are in the room now.',
  me: 'Say what you are doing',
  meArgument: 'is away',
  code: 'Write code',
  schedule: 'Send this later',
  mute: 'Hear nothing of this room any more',
  muted: 'You hear nothing of this room any more.',
  leave: 'Leave the room',
  left: 'You left the room.',
  notDone: 'This did not work. {{ reason }}',
} as const
