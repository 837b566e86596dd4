/** The last moment of a day as a date field gives it, or null: the chosen day is the last one. */
export const endOfDay = (day: string): Date | null => (day ? new Date(`${day}T23:59:59`) : null)
