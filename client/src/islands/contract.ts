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
  /** Stores a file and answers with what goes into the document. `progress` hears 0…1. Rejects with a sentence. */
  upload(file: File, progress: (part: number) => void, signal: AbortSignal): Promise<StoredFile>
  /** An address under which a stored file plays, or is saved under a name; it works for an hour. */
  fileAddress(src: string, saveAs?: string): Promise<string>
  mentions: Mentions
  /** The address under which the browser may show a stored picture (it needs the token: a blob URL). Rejects when there is none. */
  resolveImage(src: string): Promise<string>
  /** Hands out the link to a block, by what the document calls it. Null where there are no such links. */
  onBlockLink: ((anchor: string) => void) | null
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

export interface StoredFile {
  kind: 'image' | 'file'
  src: string
  name: string
  size: number
  mime: string | null
}

export interface MentionChoice {
  kind: 'person' | 'document' | 'date' | 'group' | 'here' | 'all'
  /** None for who is here and for all. */
  id: string | null
  label: string
  /** Says more about it. */
  detail?: string
  /** A page's icon. */
  sign?: string
}

export interface MentionShown {
  label: string
  sign: string | null
  /** Where a click leads. */
  href: string | null
}

export interface Mentions {
  /** The people and pages that fit what was typed. */
  search(typed: string): Promise<MentionChoice[]>
  /** Tells what somebody or a page is called, now and when it changes; null when this person may not know.
   *  @returns the way to stop */
  watch(kind: 'person' | 'document' | 'group', id: string, tell: (shown: MentionShown | null) => void): () => void
  open(href: string): void
}

/** A node of a ProseMirror document in JSON. */
export interface ContentNode {
  type: string
  text?: string
  attrs?: Record<string, unknown>
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  content?: ContentNode[]
}

/** What is written: as a document, and as the plain text that says the same. Without a document it is plain text alone. */
export interface Written {
  content: ContentNode | null
  text: string
}

/** A word after `/` at the beginning. */
export interface ComposerCommand {
  name: string
  /** What it does, in a sentence. */
  description: string
  /** What is written after it; without it the command runs at once. */
  argument?: string
  run?(): void
}

/** A small editor for what is said in a few lines. */
export interface ComposerProps {
  label: string
  placeholder: string
  /** Id of the element that describes the field. */
  describedBy?: string
  text: ComposerText
  /** What stands in it at first, and where the caret is: offsets in the plain text. */
  initial: Written & { from: number; to: number; focused: boolean }
  mentions: Mentions
  commands: readonly ComposerCommand[]
  /** Shows the buttons that format. */
  formatting: boolean
  invalid: boolean
  onChange(written: Written): void
  onSubmit(): void
  /** ↑ in an empty field. @returns whether something came of it */
  onUp(): boolean
  /** Escape. @returns whether something came of it */
  onEscape(): boolean
  onFiles(files: File[]): void
  onTooLarge(): void
}

export interface Composer extends Island<ComposerProps> {
  focus(): void
  /** Puts other words in the place of what is written. */
  set(written: Written): void
  /** Writes at the caret. */
  insert(text: string): void
  toggleCodeBlock(): void
}

/** The words of {@link EditorText} that a small editor needs. */
export type ComposerText = Pick<
  EditorText,
  | 'formatting'
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strike'
  | 'code'
  | 'link'
  | 'linkAddress'
  | 'linkHint'
  | 'linkInvalid'
  | 'linkApply'
  | 'linkRemove'
  | 'linkOpen'
  | 'bulletList'
  | 'orderedList'
  | 'quote'
  | 'codeBlock'
  | 'mention'
  | 'mentionNone'
  | 'mentionDays'
  | 'mentionPeople'
  | 'mentionPages'
  | 'mentionHidden'
  | 'mentionGone'
  | 'emoji'
  | 'emojiNone'
> & { commands: string; noCommands: string }

/** What a panel beside the text may ask of the editor. */
export interface EditorHandle {
  focus(): void
  /** The text as it stands here, sent or not. */
  readText(): string
  /** What this device keeps of it: whether what is typed here outlives the page, and the way to let go of it. */
  copy: { isKept(): boolean; forget(): void }
  /** Tells the headings and which of them is being read, now and when either changes.
   *  @returns the way to stop */
  watchOutline(tell: (outline: Outline) => void): () => void
  /** Scrolls to a heading of the outline, and puts the caret into it if asked. */
  goToHeading(index: number, focus: boolean): void
  /** Makes a link to a heading of the outline, see EditorProps.onBlockLink. */
  linkToHeading(index: number): void
  /** Scrolls to the block that a link names, and marks it. False when it is not there. */
  goToBlock(anchor: string): boolean
  find: Finder
  /** Keeps the view where somebody else is, until this person scrolls or types, presses Escape, or the other leaves.
   *  @returns the way to stop */
  follow(personId: string, onEnd: () => void): () => void
  /** Tells how long the text and the selection are, now and when either changes.
   *  @returns the way to stop */
  watchCount(tell: (count: { text: TextCount; selection: TextCount | null }) => void): () => void
  comments: CommentTools
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

/** A place in the text: two relative positions as Yjs encodes them, in base64. */
export interface CommentAnchor {
  start: string
  end: string
}

/** A thread of comments that hangs on a place in the text. */
export interface ShownThread {
  id: string
  anchor: CommentAnchor
  /** The text as it was when somebody commented on it. */
  quote: string
}

export interface ThreadListener {
  /** Where threads stand, by id; a thread that is not there has lost its text. Told when it may have changed. */
  onPlaces(places: ReadonlyMap<string, number>): void
  /** Somebody pointed at text with these threads, the most exact one first. */
  onOpen(ids: string[]): void
  /** Somebody wants to comment on what he selected. */
  onCompose(selected: { anchor: CommentAnchor; quote: string }): void
  /** An edit made here has written the text of a thread anew: it hangs on this place now. */
  onMoved(id: string, anchor: CommentAnchor): void
}

/** What may be asked about comments in the text. */
export interface CommentTools {
  show(threads: readonly ShownThread[]): void
  /** Whether this person may begin a thread. */
  allow(allowed: boolean): void
  /** Asks for a comment on what is selected; see ThreadListener.onCompose. */
  compose(): void
  /** Marks one thread as the one that is being read. */
  activate(id: string | null, scroll: boolean): void
  /** There is one listener; another one takes its place.
   *  @returns the way to stop */
  listen(listener: ThreadListener): () => void
}

export interface OutlineHeading {
  level: number
  text: string
  /** There is a link to it, or this person may make one. */
  linkable: boolean
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
  comment: string
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
  groups: { basic: string; lists: string; media: string; callouts: string; inline: string }
  toggle: string
  toggleOpen: string
  toggleClose: string
  togglePlaceholder: string
  info: string
  success: string
  warning: string
  danger: string
  calloutKind(kind: string): string
  table: string
  tableSize(columns: number, rows: number): string
  tableColumn: string
  tableRow: string
  tableCells: string
  tableMenu: string
  block: string
  blockMenu: string
  blockGrip: string
  turnInto: string
  moveUp: string
  moveDown: string
  duplicate: string
  deleteBlock: string
  copyLink: string
  columnBefore: string
  columnAfter: string
  columnLeft: string
  columnRight: string
  columnWider: string
  columnNarrower: string
  columnAuto: string
  columnDelete: string
  columnHeader: string
  rowBefore: string
  rowAfter: string
  rowUp: string
  rowDown: string
  rowDelete: string
  rowHeader: string
  cellsMerge: string
  cellSplit: string
  tableDelete: string
  file: string
  fileSave(name: string): string
  fileMissing: string
  fileGone: string
  blockMath: string
  inlineMath: string
  mathEdit(latex: string): string
  mathLatex: string
  mathHint: string
  mathInvalid: string
  mathDone: string
  mention: string
  mentionNone: string
  mentionDays: string
  mentionPeople: string
  mentionPages: string
  mentionHidden: string
  mentionGone: string
  date: string
  emoji: string
  emojiNone: string
  colour: string
  textColour: string
  highlight: string
  noColour: string
  noHighlight: string
  colours: Record<'gray' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink', string>
  align: string
  alignLeft: string
  alignCenter: string
  alignRight: string
  alignJustify: string
  image: string
  taskDone(task: string): string
  taskOpen(task: string): string
  language: string
  plainText: string
  uploading(name: string, percent: number): string
  uploadFailed(name: string, reason: string): string
  uploadRetry: string
  uploadCancel: string
  uploadDiscard: string
  imageTools: string
  imageSmall: string
  imageMedium: string
  imageFull: string
  imageResize: string
  imageElsewhere(host: string): string
  imageMissing: string
  imageDescription: string
  imageDescriptionHint: string
}
