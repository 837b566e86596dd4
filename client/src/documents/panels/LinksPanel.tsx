import { createMemo, createResource, Match, Show, Switch } from 'solid-js'
import { en as common } from '../../en.ts'
import { sentenceOf } from '../../errors.ts'
import { DocumentLinks } from '../../home/Links.tsx'
import type { DocumentRow } from '../../rows.ts'
import { rest, rows } from '../../supabase.ts'
import { Button } from '../../ui/Button.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { useWorkspace } from '../../workspaces/workspaces.ts'
import { pageEn as en } from '../pageEn.ts'
import { PanelFrame, type PanelProps } from './PanelFrame.tsx'

interface LinkRow {
  from_id: string
  to_id: string
}

/** Pages that lead to this one, and those that it leads to. */
export default function LinksPanel(props: PanelProps) {
  const workspace = useWorkspace()
  const read = (id: string) => rows<LinkRow[]>(rest.from('document_links').select('from_id,to_id').or(`to_id.eq.${id},from_id.eq.${id}`))
  const [found, { refetch }] = createResource(() => props.document.id, read)
  const links = () => (found.error ? [] : (found.latest ?? []))
  const pages = (ids: string[]): DocumentRow[] => [...new Set(ids)].flatMap((id) => workspace.document(id) ?? [])
  const id = () => props.document.id
  const here = createMemo(() => pages(links().flatMap((row) => (row.to_id === id() ? row.from_id : []))))
  const away = createMemo(() => pages(links().flatMap((row) => (row.from_id === id() ? row.to_id : []))))
  return (
    <PanelFrame title={en.links.title} onClose={() => props.onClose()}>
      <Switch>
        <Match when={found.error}>
          <p>{sentenceOf(found.error)}</p>
          <Button look="outline" onClick={() => void refetch()}>
            {common.retry}
          </Button>
        </Match>
        <Match when={found.loading && !found.latest}>
          <Skeleton lines={4} />
        </Match>
        <Match when={true}>
          <LinkedPages title={en.links.here} documents={here()} none={en.links.noneHere} />
          <LinkedPages title={en.links.away} documents={away()} none={en.links.noneAway} />
        </Match>
      </Switch>
    </PanelFrame>
  )
}

function LinkedPages(props: { title: string; documents: DocumentRow[]; none: string }) {
  return (
    <section class="section">
      <h3>{props.title}</h3>
      <Show when={props.documents.length > 0} fallback={<p class="muted">{props.none}</p>}>
        <DocumentLinks documents={props.documents} />
      </Show>
    </section>
  )
}
