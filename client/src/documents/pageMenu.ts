import { textsOf } from '../i18n.ts'
import type { DocumentRow } from '../rows.ts'
import type { MenuItem } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { attempt, titleOf } from './actions.ts'
import type { Documents } from './documents.ts'
import { pageEn } from './pageEn.ts'

const t = textsOf(pageEn)

export async function toggleFavourite(documents: Documents, id: string): Promise<void> {
  const favourite = !documents.favourites().includes(id)
  await attempt(favourite ? pageEn.addFavourite : pageEn.removeFavourite, () => documents.setFavourite(id, favourite))
}

/** What the menu of an open page offers beside that of the tree. */
export function pageMenu(
  documents: Documents,
  document: DocumentRow,
  { open, transfer }: { open(id: string): void; transfer(kind: 'import' | 'export'): void },
): MenuItem[] {
  const { id, locked_at, is_template } = document
  const isFavourite = documents.favourites().includes(id)
  const star: MenuItem = {
    label: isFavourite ? pageEn.removeFavourite : pageEn.addFavourite,
    icon: 'star',
    onSelect: () => void toggleFavourite(documents, id),
  }
  const exportItem: MenuItem = { label: pageEn.exportPage, icon: 'arrowDown', onSelect: () => transfer('export') }
  if (!documents.mayEdit(document)) return [star, exportItem]
  const duplicate = async () => {
    await attempt(pageEn.duplicate, async () => open((await documents.duplicate(document, t('copyOf', { title: titleOf(document) }))).id))
  }
  const setTemplate = async () => {
    const done = await attempt(pageEn.makeTemplate, () => documents.setTemplate(id, !is_template))
    if (done && !is_template) toast(t('isTemplate', { title: titleOf(document) }))
  }
  return [
    star,
    { label: pageEn.duplicate, icon: 'copy', onSelect: () => void duplicate() },
    exportItem,
    { label: pageEn.importBeneath, icon: 'arrowUp', onSelect: () => transfer('import') },
    ...(locked_at
      ? []
      : [{ label: is_template ? pageEn.noTemplate : pageEn.makeTemplate, icon: 'template' as const, onSelect: () => void setTemplate() }]),
    {
      label: locked_at ? pageEn.unlock : pageEn.lock,
      icon: 'lock',
      onSelect: () => void attempt(locked_at ? pageEn.unlock : pageEn.lock, () => documents.lock(id, !locked_at)),
    },
  ]
}
