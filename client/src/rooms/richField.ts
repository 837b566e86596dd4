import { editorText } from '../documents/editorText.ts'
import type { ComposerText } from '../islands/contract.ts'
import { composerEn as en } from './composerEn.ts'

/** The small editor and its words, which come together after the first screen. */
export { mountComposer } from '../islands/composer/index.tsx'

export const composerText: ComposerText = { ...editorText, commands: en.commands, noCommands: en.noCommands }
