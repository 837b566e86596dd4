import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'

const t = textsOf(en)

/** Runs an action and says in a toast why it did not work. */
export async function attempt(action: string, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    toast(t('notDone', { action, reason: sentenceOf(error) }))
    return false
  }
}
