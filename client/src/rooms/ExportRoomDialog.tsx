import { createSignal, For, onCleanup, Show } from 'solid-js'
import { Progress } from '../documents/transfer/Progress.tsx'
import { exportRoom, type MadeFile, save } from '../documents/transfer/transfers.ts'
import '../documents/transfer/transfer.css'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { exportEn as en } from './exportEn.ts'

const t = textsOf(en)
const formats = ['html', 'markdown', 'json'] as const

interface ExportRoomProps {
  roomId: string
  name: string
  isDirect: boolean
  onClose(): void
}

/** Makes an archive of a room and hands it over. */
export default function ExportRoomDialog(props: ExportRoomProps) {
  const [format, setFormat] = createSignal<(typeof formats)[number]>('html')
  const [withFiles, setWithFiles] = createSignal(true)
  const [part, setPart] = createSignal<number>()
  const [made, setMade] = createSignal<MadeFile>()
  const [problem, setProblem] = createSignal('')
  const closing = new AbortController()
  onCleanup(() => closing.abort())
  const forget = () => {
    setMade(undefined)
    setProblem('')
  }

  async function make() {
    if (part() !== undefined) return
    forget()
    setPart(0)
    try {
      const file = await exportRoom(props.roomId, format(), withFiles(), { onProgress: setPart, signal: closing.signal })
      setMade(file)
      save(file)
    } catch (error) {
      if (!closing.signal.aborted) setProblem(sentenceOf(error))
    } finally {
      setPart(undefined)
    }
  }

  const readyWords = ({ name, leftOut }: MadeFile) =>
    [t('ready', { name }), leftOut > 0 && (leftOut === 1 ? en.leftOutOne : t('leftOut', { count: leftOut }))].filter(Boolean).join(' ')

  return (
    <Dialog
      title={t('title', { room: props.name })}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={() => void make()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {made() ? common.close : common.cancel}
          </Button>
          <Button type="submit" look="primary" icon="arrowDown" busy={part() !== undefined}>
            {en.submit}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {problem()}
      </p>
      <p class="muted">{props.isDirect ? en.intro : `${en.intro} ${en.audited}`}</p>
      <fieldset class="radio-cards">
        <legend>{en.format}</legend>
        <For each={formats}>
          {(each) => (
            <label class="radio-card">
              <input
                type="radio"
                name="format"
                value={each}
                checked={format() === each}
                onChange={() => {
                  setFormat(each)
                  forget()
                }}
              />
              <span>
                {en.formats[each]}
                <small>{en.formats[`${each}Hint`]}</small>
              </span>
            </label>
          )}
        </For>
      </fieldset>
      <label class="check-line">
        <input
          type="checkbox"
          checked={withFiles()}
          onChange={(event) => {
            setWithFiles(event.currentTarget.checked)
            forget()
          }}
        />
        <span>{en.files}</span>
      </label>
      <div class="transfer-outcome">
        <Show when={part() !== undefined}>
          <Progress label={en.making} part={part() ?? 0} />
        </Show>
        <p role="status">
          {part() !== undefined ? en.making : ''}
          <Show when={made()}>{(file) => readyWords(file())}</Show>
        </p>
        <Show when={made()}>
          {(file) => (
            <Button look="outline" icon="arrowDown" onClick={() => save(file())}>
              {en.again}
            </Button>
          )}
        </Show>
      </div>
    </Dialog>
  )
}
