import { textsOf } from '../i18n.ts'
import { toast } from '../ui/Toast.tsx'
import { pageEn as en } from './pageEn.ts'

const t = textsOf(en)

export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  toast(en.textCopied)
}

/** Offers words that reached no server on whatever page comes next, until they are copied or given up. */
export function offerText(title: string, text: string): void {
  const warn = (event: BeforeUnloadEvent) => event.preventDefault()
  addEventListener('beforeunload', warn)
  toast(t('unsentIn', { title: title || en.page }), {
    stays: true,
    action: { label: en.copyText, run: () => void copyText(text).catch(() => offerText(title, text)) },
    onLeave: () => removeEventListener('beforeunload', warn),
  })
}
