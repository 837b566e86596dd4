import { createSignal } from 'solid-js'

/** Whether the tray of uploads is wanted: it loads with the first upload, and stays while pages come and go. */
export const [trayWanted, setTrayWanted] = createSignal(false)
