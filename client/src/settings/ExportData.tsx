import { createSignal, onCleanup, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { longDate, plural, sizeOf, textsOf } from '../i18n.ts'
import { Section } from '../security/Section.tsx'
import { Button } from '../ui/Button.tsx'
import { en } from './accountEn.ts'
import type { ExportProgress } from './exportData.ts'

const t = textsOf(en)

/** Makes the ZIP in the browser: nothing of it is kept on the server. */
export function ExportData() {
  const [progress, setProgress] = createSignal<ExportProgress>()
  const [said, setSaid] = createSignal('')
  const [problem, setProblem] = createSignal<string>()
  let stopping: AbortController | undefined
  onCleanup(() => stopping?.abort())

  async function start() {
    stopping = new AbortController()
    const { signal } = stopping
    setProblem(undefined)
    setSaid('')
    setProgress({ done: 0, count: 0, part: 0 })
    try {
      const { exportData } = await import('./exportData.ts')
      const readme = t('export.readme', { date: longDate(new Date()) })
      const { file, missing } = await exportData({ readme, signal, onProgress: setProgress })
      save(file)
      const lost = missing > 0 && plural(missing, { one: t('export.missing.one'), other: t('export.missing.other', { count: missing }) })
      setSaid([t('export.ready', { size: sizeOf(file.size) }), lost].filter(Boolean).join(' '))
    } catch (error) {
      if (signal.aborted) setSaid(t('export.stopped'))
      else setProblem(sentenceOf(error))
    }
    setProgress(undefined)
  }

  return (
    <Section title={t('export.title')}>
      <p class="muted">{t('export.text')}</p>
      <p class="form-error" role="alert">
        {problem()}
      </p>
      <Show
        when={progress()}
        fallback={
          <div>
            <Button look="outline" icon="archive" onClick={() => void start()}>
              {t('export.start')}
            </Button>
          </div>
        }
      >
        {(at) => (
          <div class="export-progress">
            <Show when={at().count > 0} fallback={<progress aria-label={t('export.title')} />}>
              <progress aria-label={t('export.title')} max="1" value={at().part} />
            </Show>
            <span class="muted">{at().count > 0 ? t('export.files', { done: at().done, count: at().count }) : t('export.reading')}</span>
            <div>
              <Button look="outline" onClick={() => stopping?.abort()}>
                {t('export.stop')}
              </Button>
            </div>
          </div>
        )}
      </Show>
      <p role="status">{said()}</p>
    </Section>
  )
}

function save(file: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = `atrium-${new Date().toISOString().slice(0, 10)}.zip`
  link.click()
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
