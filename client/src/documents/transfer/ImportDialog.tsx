import { useNavigate } from '@solidjs/router'
import { createSignal, createUniqueId, For, Match, onCleanup, Show, Switch } from 'solid-js'
import { createStore } from 'solid-js/store'
import { en as common } from '../../en.ts'
import { sentenceOf } from '../../errors.ts'
import { textsOf } from '../../i18n.ts'
import { paths } from '../../paths.ts'
import type { DocumentRow } from '../../rows.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useWorkspace } from '../../workspaces/workspaces.ts'
import { titleOf } from '../actions.ts'
import { en } from './en.ts'
import { Progress } from './Progress.tsx'
import { accepted, importFile, refusalOf } from './transfers.ts'
import './transfer.css'

const t = textsOf(en)

interface Incoming {
  file: File
  state: 'waiting' | 'sending' | 'reading' | 'done' | 'failed'
  part: number
  problem: string | null
  pages: number
  firstPage: string | null
  skipped: string[]
}

/** Takes files by drop or choice and makes pages of them, one file after the other. */
export default function ImportDialog(props: { spaceId: string; parent?: DocumentRow; onClose(): void }) {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const [spaceId, setSpaceId] = createSignal(props.spaceId)
  const [over, setOver] = createSignal(false)
  const [list, setList] = createStore<Incoming[]>([])
  const [busy, setBusy] = createSignal(false)
  const hintId = createUniqueId()
  const spaceFieldId = createUniqueId()
  const closing = new AbortController()
  onCleanup(() => closing.abort())
  const spaces = () => workspace.spaces().filter((space) => workspace.can('editor', space.id))

  function add(files: Iterable<File>) {
    const found = [...files].map((file): Incoming => {
      const problem = refusalOf(file)
      return { file, state: problem ? 'failed' : 'waiting', part: 0, problem, pages: 0, firstPage: null, skipped: [] }
    })
    setList((known) => [...known, ...found])
    void work()
  }

  async function work() {
    if (busy()) return
    setBusy(true)
    for (;;) {
      const index = list.findIndex(({ state }) => state === 'waiting')
      if (index < 0 || closing.signal.aborted) break
      await take(index)
    }
    setBusy(false)
  }

  async function take(index: number) {
    const change = (changed: Partial<Incoming>) => setList(index, changed)
    change({ state: 'sending' })
    try {
      const row = await importFile((list[index] as Incoming).file, spaceId(), props.parent?.id ?? null, {
        onSent: (part) => change({ part: part / 2 }),
        onProgress: (part) => change({ state: 'reading', part: 0.5 + part / 2 }),
        signal: closing.signal,
      })
      const { documents, root_ids, skipped } = row.result as { documents: number; root_ids: string[]; skipped: string[] }
      change({ state: 'done', part: 1, pages: documents, firstPage: root_ids[0] ?? null, skipped })
    } catch (error) {
      if (!closing.signal.aborted) change({ state: 'failed', problem: sentenceOf(error) })
    }
  }

  function show(id: string) {
    props.onClose()
    navigate(paths.document(id))
  }

  return (
    <Dialog title={en.import.title} closeLabel={common.close} onClose={() => props.onClose()}>
      <Show
        when={props.parent}
        fallback={
          <div class="field">
            <label for={spaceFieldId}>{en.import.space}</label>
            <div class="select-box">
              <select id={spaceFieldId} value={spaceId()} disabled={busy()} onChange={(event) => setSpaceId(event.currentTarget.value)}>
                <For each={spaces()}>{(space) => <option value={space.id}>{space.name}</option>}</For>
              </select>
            </div>
          </div>
        }
      >
        {(parent) => <p class="muted">{t('import.beneath', { title: titleOf(parent()) })}</p>}
      </Show>
      <label
        class="drop-zone"
        classList={{ over: over() }}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          add(event.dataTransfer?.files ?? [])
        }}
      >
        <input
          type="file"
          class="visually-hidden"
          multiple
          accept={accepted}
          aria-describedby={hintId}
          onChange={(event) => {
            add(event.currentTarget.files ?? [])
            event.currentTarget.value = ''
          }}
        />
        <Icon name="arrowUp" />
        <strong>{en.import.drop}</strong>
        <small id={hintId}>{en.import.dropHint}</small>
      </label>
      <Show when={list.length > 0}>
        <ul class="transfer-list" aria-label={en.import.files}>
          <For each={list}>{(incoming) => <IncomingLine incoming={incoming} onShow={show} />}</For>
        </ul>
      </Show>
    </Dialog>
  )
}

function IncomingLine(props: { incoming: Incoming; onShow(id: string): void }) {
  const name = () => props.incoming.file.name
  const done = () => (props.incoming.pages === 1 ? en.import.one : t('import.many', { count: props.incoming.pages }))
  const isMoving = () => props.incoming.state === 'sending' || props.incoming.state === 'reading'
  return (
    <li class="transfer-line" data-state={props.incoming.state}>
      <Icon name={props.incoming.state === 'done' ? 'check' : props.incoming.state === 'failed' ? 'alert' : 'document'} />
      <div class="transfer-words">
        <strong dir="auto">{name()}</strong>
        <small role="status">
          <Switch fallback={props.incoming.problem}>
            <Match when={props.incoming.state === 'waiting'}>{en.import.waiting}</Match>
            <Match when={isMoving()}>{t(props.incoming.state === 'sending' ? 'import.sending' : 'import.reading', { name: name() })}</Match>
            <Match when={props.incoming.state === 'done'}>{done()}</Match>
          </Switch>
        </small>
        <Show when={props.incoming.skipped.length > 0}>
          <small>{t('import.skipped', { names: props.incoming.skipped.slice(0, 5).join(', ') })}</small>
        </Show>
        <Show when={isMoving()}>
          <Progress label={name()} part={props.incoming.part} />
        </Show>
      </div>
      <Show when={props.incoming.firstPage}>
        {(id) => (
          <Button look="outline" onClick={() => props.onShow(id())}>
            {en.import.show}
            <span class="visually-hidden"> {name()}</span>
          </Button>
        )}
      </Show>
    </li>
  )
}
