/** What somebody brought or asked for cannot be done; the sentence is for him. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
