import { createSignal } from 'solid-js'

/** Sent to the window when the server says that something in the inbox changed. */
export const inboxEvent = 'atrium:inbox'

/** How many unread notifications the workspace that is shown has. The badge asks; whatever else marks the inbox looks here. */
export const [unreadNotices, setUnreadNotices] = createSignal(0)
