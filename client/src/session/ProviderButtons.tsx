import { createResource, For, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { invitationIn, type Provider, providersOf, readSignInSettings, signInWith } from './providers.ts'

const t = textsOf(en)

/** Sign-in with an account elsewhere; nothing where the server offers none.
 *  @param props.next where to go afterwards */
export function ProviderButtons(props: { next: string }) {
  // Without the list the password still opens the door.
  const [providers] = createResource(async () => providersOf(await readSignInSettings().catch(() => ({ external: {} }))))

  async function leave(provider: Provider) {
    try {
      // A refusal is shown on the sign-in page, which leads on when there is none.
      await signInWith(provider, paths.login(props.next), invitationIn(props.next))
    } catch (error) {
      toast(sentenceOf(error))
    }
  }

  return (
    <Show when={providers.latest?.length}>
      <div class="providers">
        <p class="providers-or">{t('or')}</p>
        <For each={providers.latest}>
          {(provider) => (
            <Button look="outline" class="wide" onClick={() => void leave(provider)}>
              {t('continueWith', { provider: provider.label })}
            </Button>
          )}
        </For>
      </div>
    </Show>
  )
}
