import { A, useNavigate, useParams, useSearchParams } from '@solidjs/router'
import { createMemo, createSignal, Show, Suspense } from 'solid-js'
import { ApplyDialog } from '../access/ApplyDialog.tsx'
import { en as accessTexts } from '../access/en.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { DocumentLinks, RoomLinks } from '../home/Links.tsx'
import { plural, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { SpaceRow } from '../rows.ts'
import { NoAccess } from '../shell/NotFound.tsx'
import { useNewDocument } from '../shell/newDocument.ts'
import { Page } from '../shell/Page.tsx'
import { useShell } from '../shell/shellState.ts'
import { rpc } from '../supabase.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { NameDialog } from '../ui/NameDialog.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { SpaceMembers } from './SpaceMembers.tsx'

const t = textsOf(en)
const recent = 8

/** A space at a glance: what changed, its rooms, its people. */
export default function SpacePage() {
  const params = useParams<{ space: string }>()
  const workspace = useWorkspace()
  return (
    <Show when={workspace.space(params.space)} keyed={false} fallback={<NoAccess />}>
      {(space) => <Overview space={space()} />}
    </Show>
  )
}

function Overview(props: { space: SpaceRow }) {
  const workspace = useWorkspace()
  const shell = useShell()
  const newDocument = useNewDocument()
  const [search, setSearch] = useSearchParams<{ people?: string }>()
  const id = () => props.space.id
  const mayWrite = () => workspace.can('editor', id())
  const panelOpen = () => search.people !== undefined
  const togglePanel = () => setSearch({ people: panelOpen() ? undefined : '1' })

  const documents = createMemo(() =>
    workspace
      .documents()
      .filter((row) => row.space_id === id())
      .toSorted((one, other) => other.updated_at.localeCompare(one.updated_at)),
  )
  const rooms = createMemo(() => workspace.rooms().filter((row) => row.space_id === id()))

  return (
    <Page
      title={props.space.name}
      onTogglePanel={togglePanel}
      panelLabel={t('members.title', { name: props.space.name })}
      panel={
        panelOpen() ? (
          // The page stays while the panel reads.
          <Suspense>
            <SpaceMembers space={props.space} onClose={togglePanel} />
          </Suspense>
        ) : undefined
      }
      actions={
        <>
          <A class="button quiet" href={paths.spaceTasks(id())}>
            <Icon name="task" />
            <span class="button-label">{t('page.tasks')}</span>
          </A>
          <A class="button quiet" href={paths.spaceFiles(id())}>
            <Icon name="archive" />
            <span class="button-label">{t('page.files')}</span>
          </A>
          <IconButton icon="people" label={t('page.showPeople')} aria-expanded={panelOpen()} onClick={togglePanel} />
          <SpaceActions space={props.space} />
        </>
      }
    >
      <div class="page">
        <p class="lede">{contents(documents().length, rooms().length)}</p>
        <p class="muted with-icon">
          <Show when={props.space.private}>
            <Icon name="lock" />
          </Show>
          {props.space.private ? t('page.private') : t('page.open', { workspace: workspace.name() })}
        </p>
        <section class="section">
          <div class="section-head">
            <h2>{t('page.recent')}</h2>
            <Show when={mayWrite()}>
              <Button icon="plus" onClick={() => newDocument(id())}>
                {t('page.newDocument')}
              </Button>
            </Show>
          </div>
          <Show
            when={documents().length > 0}
            fallback={<EmptyState title={t('page.documentsEmpty')} text={t('page.documentsEmptyText')} />}
          >
            <DocumentLinks documents={documents().slice(0, recent)} />
            <Show when={documents().length > recent}>
              <A class="link" href={paths.spaceDocuments(id())}>
                {t('page.allDocuments')}
              </A>
            </Show>
          </Show>
        </section>
        <section class="section">
          <div class="section-head">
            <h2>{t('page.rooms')}</h2>
            <Show when={mayWrite()}>
              <Button icon="plus" onClick={() => shell.open({ kind: 'newRoom', space: id() })}>
                {t('page.newRoom')}
              </Button>
            </Show>
          </div>
          <Show when={rooms().length > 0} fallback={<p class="muted">{t('page.roomsEmpty')}</p>}>
            <RoomLinks rooms={rooms()} />
          </Show>
        </section>
      </div>
    </Page>
  )
}

/** "3 pages and 1 room." */
function contents(documents: number, rooms: number): string {
  if (documents + rooms === 0) return t('page.nothing')
  const pages =
    documents === 0 ? t('page.noPages') : plural(documents, { one: t('page.onePage'), other: t('page.pages', { count: documents }) })
  const talk = rooms === 0 ? t('page.noRooms') : plural(rooms, { one: t('page.oneRoom'), other: t('page.roomCount', { count: rooms }) })
  return t('page.contents', { pages, rooms: talk })
}

function SpaceActions(props: { space: SpaceRow }) {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const [asking, setAsking] = createSignal<'rename' | 'archive' | 'privacy'>()
  const name = () => props.space.name

  async function rename(to: string) {
    await rpc('rename_space', { space_id: props.space.id, name: to })
    workspace.patchSpace(props.space.id, { name: to })
    toast(t('page.renamed', { name: to }))
  }

  async function archive() {
    const before = name()
    try {
      await rpc('archive_space', { space_id: props.space.id })
      navigate(paths.home())
      toast(t('page.archived', { name: before }))
      await workspace.reloadLists()
    } catch (error) {
      toast(sentenceOf(error))
      setAsking(undefined)
    }
  }

  return (
    <Show when={workspace.can('admin', props.space.id)}>
      <Menu
        label={t('page.more', { name: name() })}
        iconOnly
        triggerClass="button icon-only"
        trigger={<Icon name="more" />}
        items={[
          { label: t('page.rename'), icon: 'pencil', onSelect: () => setAsking('rename') },
          {
            label: t(props.space.private ? 'page.makeOpen' : 'page.makePrivate'),
            icon: props.space.private ? 'space' : 'lock',
            onSelect: () => setAsking('privacy'),
          },
          { label: t('page.archive'), icon: 'archive', danger: true, onSelect: () => setAsking('archive') },
        ]}
      />
      <Show when={asking() === 'rename'}>
        <NameDialog
          title={t('page.renameTitle', { name: name() })}
          label={t('dialog.name')}
          name={name()}
          missing={t('dialog.nameMissing')}
          save={common.save}
          cancel={common.cancel}
          sentenceOf={sentenceOf}
          onSave={rename}
          onClose={() => setAsking(undefined)}
        />
      </Show>
      <Show when={asking() === 'privacy'}>
        <PrivacyDialog space={props.space} onClose={() => setAsking(undefined)} />
      </Show>
      <Show when={asking() === 'archive'}>
        <ConfirmDialog
          title={t('page.archiveTitle', { name: name() })}
          action={t('page.archive')}
          cancel={common.cancel}
          onConfirm={() => void archive()}
          onClose={() => setAsking(undefined)}
        >
          <p>{t('page.archiveText')}</p>
        </ConfirmDialog>
      </Show>
    </Show>
  )
}

/** Who loses or gains the space is shown before it is closed or opened. */
function PrivacyDialog(props: { space: SpaceRow; onClose(): void }) {
  const workspace = useWorkspace()
  // What was asked stays asked, also when the space changes under the dialog.
  const args = { space_id: props.space.id, private: !props.space.private }
  const words = args.private ? accessTexts.apply.private : accessTexts.apply.open
  const title = textsOf(words)('title', { name: props.space.name })

  async function apply() {
    await rpc('set_space_private', args)
    workspace.patchSpace(args.space_id, { private: args.private })
    toast(accessTexts.apply.done)
    await workspace.reloadLists()
  }

  return (
    <ApplyDialog
      title={title}
      text={words.text}
      action={words.action}
      change="set_space_private"
      args={args}
      onApply={apply}
      onClose={() => props.onClose()}
    />
  )
}
