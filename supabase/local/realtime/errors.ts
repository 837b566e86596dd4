import { TokenError } from '../tokens.ts'

/** What a client is told. `code` is for programs and upstream's where it has one, the message is a sentence. */
export class RealtimeError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The `reason` of an error reply. The text of an error that is not ours never leaves the server. */
export function reasonOf(error: unknown): string {
  if (error instanceof RealtimeError) return `${error.code}: ${error.message}`
  if (error instanceof TokenError) return `InvalidJWTToken: ${error.message}`
  return 'UnknownErrorOnChannel: Something went wrong on the server; please try again'
}
