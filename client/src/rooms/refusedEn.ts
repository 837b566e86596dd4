/** Words about a message that the server did not take. */
export const refusedEn = {
  notSent: 'Not sent. {{ reason }}',
  retry: 'Try again',
  edit: 'Edit',
  discard: 'Discard',
} as const
