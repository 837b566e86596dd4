/** The colours of text and of highlights, as documents store them: names, never CSS. The client's tokens say how each looks. */
export const colours = ['gray', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink'] as const

export type Colour = (typeof colours)[number]

export const calloutKinds = ['info', 'success', 'warning', 'danger'] as const

export type CalloutKind = (typeof calloutKinds)[number]

export const alignments = ['left', 'center', 'right', 'justify'] as const

export const mentionKinds = ['person', 'document', 'date'] as const

/** In a message one may also call a group, who is here, and everybody. */
export const messageMentionKinds = [...mentionKinds, 'group', 'here', 'all'] as const

export type MessageMentionKind = (typeof messageMentionKinds)[number]
