import { createSignal, For, onCleanup, Show } from 'solid-js'
import { en as common } from '../../en.ts'
import { sentenceOf } from '../../errors.ts'
import { textsOf } from '../../i18n.ts'
import type { DocumentRow } from '../../rows.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { titleOf } from '../actions.ts'
import { useDocuments } from '../documents.ts'
import { en } from './en.ts'
import { Progress } from './Progress.tsx'
import { exportPage, type MadeFile, save } from './transfers.ts'
import './transfer.css'

const t = textsOf(en)
const formats = ['markdown', 'html', 'pdf', 'docx', 'json'] as const

/** Makes a file of a page, or of it with all beneath it, and hands it over. */
export default function ExportDialog(props: { document: DocumentRow; onClose(): void }) {
  const documents = useDocuments()
  const [format, setFormat] = createSignal<(typeof formats)[number]>('markdown')
  const [withChildren, setWithChildren] = createSignal(false)
  const [part, setPart] = createSignal<number>()
  const [made, setMade] = createSignal<MadeFile>()
  const [problem, setProblem] = createSignal('')
  const closing = new AbortController()
  onCleanup(() => closing.abort())
  const beneath = () => documents.tree().familyOf(props.document.id).length - 1
  const changed = (change: () => void) => {
    change()
    setMade(undefined)
    setProblem('')
  }

  async function make() {
    setMade(undefined)
    setProblem('')
    setPart(0)
    try {
      const file = await exportPage(props.document.id, format(), withChildren(), { onProgress: setPart, signal: closing.signal })
      setMade(file)
      save(file)
    } catch (error) {
      if (!closing.signal.aborted) setProblem(sentenceOf(error))
    } finally {
      setPart(undefined)
    }
  }

  return (
    <Dialog
      title={t('export.title', { title: titleOf(props.document) })}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={() => void make()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {made() ? common.close : common.cancel}
          </Button>
          <Button type="submit" look="primary" icon="arrowDown" busy={part() !== undefined}>
            {en.export.submit}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {problem()}
      </p>
      <fieldset class="radio-cards">
        <legend>{en.export.format}</legend>
        <For each={formats}>
          {(each) => (
            <label class="radio-card">
              <input type="radio" name="format" value={each} checked={format() === each} onChange={() => changed(() => setFormat(each))} />
              <span>
                {en.export.formats[each]}
                <small>{en.export.formats[`${each}Hint`]}</small>
              </span>
            </label>
          )}
        </For>
      </fieldset>
      <Show when={beneath() > 0}>
        <label class="check-line">
          <input
            type="checkbox"
            checked={withChildren()}
            onChange={(event) => changed(() => setWithChildren(event.currentTarget.checked))}
          />
          <span>{beneath() === 1 ? en.export.childrenOne : t('export.children', { count: beneath() })}</span>
        </label>
      </Show>
      <div class="transfer-outcome">
        <Show when={part() !== undefined}>
          <Progress label={en.export.making} part={part() ?? 0} />
        </Show>
        <p role="status">
          {part() !== undefined ? en.export.making : ''}
          <Show when={made()}>{(file) => t('export.ready', { name: file().name })}</Show>
        </p>
        <Show when={made()}>
          {(file) => (
            <Button look="outline" icon="arrowDown" onClick={() => save(file())}>
              {en.export.again}
            </Button>
          )}
        </Show>
      </div>
    </Dialog>
  )
}
