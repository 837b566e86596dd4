import { useLocation } from '@solidjs/router'
import { createEffect, on } from 'solid-js'
import { en as common } from '../en.ts'
import { isMissing, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { NoAccess } from './NotFound.tsx'
import { Page } from './Page.tsx'

const t = textsOf(en)

/** What the error boundary shows inside the sheet; the sidebar stays. Another address is another try. */
export function ErrorPage(props: { error: unknown; onRetry(): void }) {
  const location = useLocation()
  createEffect(
    on(
      () => location.pathname,
      () => props.onRetry(),
      { defer: true },
    ),
  )

  const details = () =>
    props.error instanceof Error ? `${window.location.href}\n${props.error.stack ?? props.error.message}` : String(props.error)

  async function copy() {
    await navigator.clipboard.writeText(details())
    toast(t('errorCopied'))
  }

  if (isMissing(props.error)) return <NoAccess />
  return (
    <Page title={t('error')}>
      <EmptyState icon="alert" title={t('errorTitle')} text={sentenceOf(props.error)}>
        <Button look="primary" onClick={() => props.onRetry()}>
          {common.retry}
        </Button>
        {/* Refused by the browser when the page may not write the clipboard; then nothing is copied and nothing said. */}
        <Button look="outline" icon="copy" onClick={() => copy().catch(() => {})}>
          {t('errorCopy')}
        </Button>
      </EmptyState>
    </Page>
  )
}
