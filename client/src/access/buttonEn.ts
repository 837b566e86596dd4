/** Words of the button that loads the dialog. */
export const en = { share: 'Share', untitled: 'this page' } as const
