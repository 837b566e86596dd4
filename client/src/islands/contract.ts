/** All that crosses the border between the Solid application and a React island. No framework type in here. */
export interface Island<Props> {
  update(next: Partial<Props>): void
  unmount(): void
}

export interface Person {
  id: string
  name: string
}

/** What happens to this person's changes.
 *  `saved` means that the server has committed every one of them; `read_only` and `denied` that it takes none. */
export type SavedState = 'connecting' | 'saving' | 'saved' | 'offline' | 'read_only' | 'denied'

/** Words the server sends while a document is open, see hocuspocus-server/src/protocol.ts. */
export interface EditorNotice {
  code: string
  message: string
}

export interface EditorProps {
  documentId: string
  /** Address of the collaboration server, `wss://…/collab`. */
  url: string
  /** A fresh access token, asked for at each connection. */
  token(): Promise<string>
  person: Person
  editable: boolean
  direction: 'ltr' | 'rtl'
  text: EditorText
  /** Stores a picture and answers with the address that goes into the document. `progress` hears 0…1. */
  uploadImage(file: File, progress: (part: number) => void): Promise<{ src: string }>
  /** The address under which the browser may show a stored picture (it needs the token: a blob URL). Rejects when there is none. */
  resolveImage(src: string): Promise<string>
  onPresence(people: Person[]): void
  /** `unsent`: changes made here have not been acknowledged. */
  onState(state: SavedState, unsent: boolean): void
  onNotice(notice: EditorNotice): void
  /** Something beside the text has changed in the database: `comments`, `versions` …; `anything` after hints may have been missed. */
  onChanged(what: string): void
  /** The right to write was lost with changes that never reached the server: the whole text as this person sees it. */
  onUnsent(copy: string): void
  /** The document can be read now: the first state of the server is on screen. */
  onReady(editor: EditorHandle): void
}

/** What a panel beside the text may ask of the editor. */
export interface EditorHandle {
  focus(): void
  /** Tells the headings and which of them is being read, now and when either changes.
   *  @returns the way to stop */
  watchOutline(tell: (outline: Outline) => void): () => void
  /** Scrolls to a heading of the outline, and puts the caret into it if asked. */
  goToHeading(index: number, focus: boolean): void
  find: Finder
  /** Tells how long the text and the selection are, now and when either changes.
   *  @returns the way to stop */
  watchCount(tell: (count: { text: TextCount; selection: TextCount | null }) => void): () => void
}

export interface FindQuery {
  text: string
  matchCase: boolean
  wholeWord: boolean
  /** The text is a regular expression. */
  regex: boolean
}

export interface FindProgress {
  count: number
  /** The place of the match that is shown, or -1. */
  current: number
  /** An expression is still looking. */
  busy: boolean
  /** The expression is none, or takes too long. */
  problem: 'invalid' | 'slow' | null
}

/** Find and replace. Matches are painted on this screen alone. */
export interface Finder {
  search(query: FindQuery): void
  step(by: 1 | -1): void
  /** Replaces the match that is shown and goes on to the next. */
  replace(replacement: string): void
  /** Replaces all as one step of undo and says how many. */
  replaceAll(replacement: string): number
  /** What is selected, if it is short enough to be looked for. */
  selectedText(): string
  /** @returns the way to stop */
  watch(tell: (progress: FindProgress) => void): () => void
  /** Forgets the search and selects the match that was shown. */
  end(): void
}

export interface OutlineHeading {
  level: number
  text: string
}

export interface Outline {
  headings: OutlineHeading[]
  /** The place of the one that is being read, or -1. */
  current: number
}

export interface TextCount {
  words: number
  characters: number
}

/** Every word the editor shows or speaks. */
export interface EditorText {
  label: string
  placeholder: string
  headingPlaceholder: string
  outdated: string
  reload: string
  formatting: string
  blocks: string
  noBlocks: string
  close: string
  bold: string
  italic: string
  underline: string
  strike: string
  code: string
  link: string
  linkAddress: string
  linkHint: string
  linkInvalid: string
  linkApply: string
  linkRemove: string
  linkOpen: string
  undo: string
  redo: string
  paragraph: string
  heading1: string
  heading2: string
  heading3: string
  bulletList: string
  orderedList: string
  taskList: string
  quote: string
  codeBlock: string
  divider: string
  image: string
  taskDone(task: string): string
  taskOpen(task: string): string
  language: string
  plainText: string
  imageUploading(name: string, percent: number): string
  imageFailed(name: string, reason: string): string
  imageRetry: string
  imageDiscard: string
  imageMissing: string
  imageDescription: string
  imageDescriptionHint: string
}
