import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import type { IconName } from '../ui/icons.ts'
import type { MenuItem } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import type { Documents } from './documents.ts'
import { en } from './en.ts'
import type { Place } from './tree.ts'

const t = textsOf(en)

export const titleOf = (document: { title: string }): string => document.title.trim() || en.untitled

/** Runs a change and says in a toast when the server refused it; the list is as before by then. */
export async function attempt(action: string, change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change()
    return true
  } catch (error) {
    toast(t('notDone', { action, reason: sentenceOf(error) }))
    return false
  }
}

/** Moves to the trash and offers the way back. */
export async function trashWithUndo(documents: Documents, document: DocumentRow): Promise<boolean> {
  const title = titleOf(document)
  const gone = await attempt(en.trash, () => documents.trash(document.id))
  if (gone) {
    const undo = async () => {
      if (await attempt(en.restore, () => documents.restore(document.id))) toast(t('restored', { title }))
    }
    toast(t('trashed', { title }), { action: { label: common.undo, run: () => void undo() } })
  }
  return gone
}

/** Moves, and says where to: a keyboard move has no picture of itself. */
export async function moveAndTell(documents: Documents, document: DocumentRow, place: Place | null, spaceName: string): Promise<void> {
  if (!place) return
  if (!(await attempt(en.moveTo, () => documents.move(document.id, place)))) return
  const parent = place.parentId ? documents.tree().find(place.parentId) : undefined
  const where = parent ? t('movedInside', { title: titleOf(parent) }) : t('movedTop', { space: spaceName })
  toast(t('moved', { title: titleOf(document), place: where }))
}

export async function copyLink(id: string, block?: string): Promise<void> {
  await navigator.clipboard.writeText(location.origin + paths.document(id, block))
  toast(en.linkCopied)
}

interface MenuActions {
  newInside(): void
  rename(): void
  moveTo(): void
  move(place: Place | null): void
  trash(): void
}

/** What the menu of a page offers, in the tree and on the page itself. */
export function documentMenu(documents: Documents, document: DocumentRow, actions: MenuActions): MenuItem[] {
  const copy: MenuItem = { label: en.copyLink, icon: 'link', onSelect: () => void copyLink(document.id).catch(() => {}) }
  if (!documents.mayEdit(document)) return [copy]
  const tree = documents.tree()
  const step = (label: string, icon: IconName, place: Place | null): MenuItem[] =>
    place ? [{ label, icon, onSelect: () => actions.move(place) }] : []
  return [
    { label: en.newInside, icon: 'plus', onSelect: actions.newInside },
    { label: en.rename, icon: 'pencil', onSelect: actions.rename },
    copy,
    { label: en.moveTo, icon: 'move', onSelect: actions.moveTo },
    ...step(en.moveUp, 'arrowUp', tree.stepped(document.id, -1)),
    ...step(en.moveDown, 'arrowDown', tree.stepped(document.id, 1)),
    ...step(en.indent, 'indent', tree.indented(document.id)),
    ...step(en.outdent, 'outdent', tree.outdented(document.id)),
    { label: en.trash, icon: 'trash', danger: true, onSelect: actions.trash },
  ]
}
