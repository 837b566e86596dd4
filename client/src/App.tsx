import { Navigate, Route, Router, useLocation, useSearchParams } from '@solidjs/router'
import { createEffect, lazy, Match, type ParentProps, Show, Suspense, Switch } from 'solid-js'
import { DocumentsProvider } from './documents/DocumentsProvider.tsx'
import { en as common } from './en.ts'
import { sentenceOf } from './errors.ts'
import { trayWanted } from './files/traySignal.ts'
import { HomePage } from './home/HomePage.tsx'
import { textsOf } from './i18n.ts'
import { paths, safeNext } from './paths.ts'
import { RoomsProvider } from './rooms/RoomsProvider.tsx'
import { createSession, SessionContext, useSession } from './session.ts'
import { en } from './shell/en.ts'
import { NotFound } from './shell/NotFound.tsx'
import { PageSkeleton, Shell } from './shell/Shell.tsx'
import { createShellState, ShellContext } from './shell/shellState.ts'
import { Button } from './ui/Button.tsx'
import { EmptyState } from './ui/EmptyState.tsx'
import { Toasts } from './ui/Toast.tsx'
import { createWorkspaces, useWorkspace, WorkspaceContext } from './workspaces/workspaces.ts'

const t = textsOf(en)

// What is live comes after what is there.
const Hints = lazy(() => import('./Hints.tsx'))
const LoginPage = lazy(() => import('./session/LoginPage.tsx'))
const SignUpPage = lazy(() => import('./session/SignUpPage.tsx'))
const ResetPage = lazy(() => import('./session/ResetPage.tsx'))
const InvitePage = lazy(() => import('./workspaces/InvitePage.tsx'))
const LinkPage = lazy(() => import('./access/LinkPage.tsx'))
const SetupPage = lazy(() => import('./workspaces/SetupPage.tsx'))
const PeoplePage = lazy(() => import('./workspaces/PeoplePage.tsx'))
const SessionEnded = lazy(() => import('./session/SessionEnded.tsx').then((module) => ({ default: module.SessionEnded })))
const SpacePage = lazy(() => import('./spaces/SpacePage.tsx'))
const SettingsPage = lazy(() => import('./settings/SettingsPage.tsx'))
const AccountPage = lazy(() => import('./settings/AccountPage.tsx'))
const GoodbyePage = lazy(() => import('./settings/GoodbyePage.tsx'))
const InboxPage = lazy(() => import('./inbox/InboxPage.tsx'))
const NotificationsPage = lazy(() => import('./settings/NotificationsPage.tsx'))
const UnsubscribePage = lazy(() => import('./settings/UnsubscribePage.tsx'))
const AdminPage = lazy(() => import('./admin/AdminPage.tsx'))
const DevicePage = lazy(() => import('./settings/DevicePage.tsx'))
const SecurityPage = lazy(() => import('./security/SecurityPage.tsx'))
const NeedsSecondStep = lazy(() => import('./security/NeedsSecondStep.tsx'))
const DocumentsPage = lazy(() => import('./documents/DocumentsPage.tsx'))
const RoomsPage = lazy(() => import('./rooms/RoomsPage.tsx'))
const MessagePages = lazy(() => import('./rooms/MessagePages.tsx'))
const DocumentPage = lazy(() => import('./documents/DocumentPage.tsx'))
const FilesPage = lazy(() => import('./files/FilesPage.tsx'))
const UploadTray = lazy(() => import('./files/UploadTray.tsx'))
const TaskPages = lazy(() => import('./tasks/TaskPages.tsx'))
const RoomPage = lazy(() => import('./rooms/RoomPage.tsx'))

/** See MessagePages.tsx. */
const messagePages = ['catch-up', 'drafts', 'saved', 'search', 'threads']

export default function App() {
  const shell = createShellState()
  const session = createSession()
  return (
    <ShellContext.Provider value={shell}>
      <SessionContext.Provider value={session}>
        <Router root={Root}>
          <Route component={SignedOut}>
            <Route path="/login" component={LoginPage} />
            <Route path="/signup" component={SignUpPage} />
          </Route>
          <Route path="/reset" component={ResetPage} />
          <Route path="/goodbye" component={GoodbyePage} />
          <Route path="/unsubscribe/:key" component={UnsubscribePage} />
          <Route path="/invite/:token" component={InvitePage} />
          <Route path={['/l/:token', '/l/:token/open']} component={LinkPage} />
          <Route component={SignedIn}>
            <Route path="/setup" component={SetupPage} />
            <Route component={InWorkspace}>
              <Route path="/" component={HomePage} />
              <Route path="/docs" component={DocumentsPage} />
              <Route path="/d/:id" component={DocumentPage} />
              <Route path="/chat" component={RoomsPage} />
              <Route path="/c/:id" component={RoomPage} />
              <Route path="/c/:id/m/:message" component={RoomPage} />
              <Route path="/:page" matchFilters={{ page: messagePages }} component={MessagePages} />
              <Route path="/s/:space" component={SpacePage} />
              <Route path="/s/:space/docs" component={DocumentsPage} />
              <Route path={['/s/:space/files/:folder?', '/f/:folder']} component={FilesPage} />
              <Route path={['/tasks', '/t/:key', '/s/:space/tasks']} component={TaskPages} />
              <Route path="/inbox" component={InboxPage} />
              <Route path="/people" component={PeoplePage} />
              <Route path="/admin/:tab?" component={AdminPage} />
              <Route path="/settings" component={SettingsPage} />
              <Route path="/settings/security" component={SecurityPage} />
              <Route path="/settings/notifications" component={NotificationsPage} />
              <Route path="/settings/account" component={AccountPage} />
              <Route path="/settings/device" component={DevicePage} />
              <Route path="*" component={NotFound} />
            </Route>
          </Route>
        </Router>
      </SessionContext.Provider>
    </ShellContext.Provider>
  )
}

function Root(props: ParentProps) {
  return (
    <>
      <Suspense>{props.children}</Suspense>
      <Toasts dismissLabel={t('dismiss')} />
    </>
  )
}

/** Pages for who is not signed in; everybody else goes on to where he wanted to be. */
function SignedOut(props: ParentProps) {
  const session = useSession()
  const [search] = useSearchParams<{ next?: string }>()
  return (
    <Show when={session.ready()}>
      <Show when={!session.user()} fallback={<Navigate href={safeNext(search.next)} />}>
        {props.children}
      </Show>
    </Show>
  )
}

/** Pages for who is signed in; everybody else signs in first and comes back. */
function SignedIn(props: ParentProps) {
  const session = useSession()
  const location = useLocation()
  return (
    <Show when={session.ready()} fallback={<Frame />}>
      <Show when={session.user()} fallback={<Navigate href={paths.login(location.pathname + location.search)} />}>
        <WithWorkspaces>{props.children}</WithWorkspaces>
      </Show>
    </Show>
  )
}

function WithWorkspaces(props: ParentProps) {
  const session = useSession()
  const workspaces = createWorkspaces(session)
  return (
    <WorkspaceContext.Provider value={workspaces}>
      <DocumentsProvider>
        <RoomsProvider>
          {props.children}
          <Suspense>
            <Hints />
          </Suspense>
        </RoomsProvider>
      </DocumentsProvider>
      <Show when={trayWanted() && !session.ended()}>
        <Suspense>
          <UploadTray />
        </Suspense>
      </Show>
      <Show when={session.ended()}>
        <Suspense>
          <SessionEnded />
        </Suspense>
      </Show>
    </WorkspaceContext.Provider>
  )
}

/** Pages inside a workspace; who has none makes one first. */
function InWorkspace(props: ParentProps) {
  const workspace = useWorkspace()
  return (
    <Show
      when={workspace.loaded() && !workspace.needsSecondStep()}
      fallback={
        <Switch fallback={<Frame />}>
          <Match when={workspace.needsSecondStep()}>
            <NeedsSecondStep />
          </Match>
          <Match when={workspace.problem()}>
            <LoadProblem />
          </Match>
          <Match when={workspace.all()?.length === 0}>
            <Navigate href={paths.setup()} />
          </Match>
        </Switch>
      }
    >
      <Shell>{props.children}</Shell>
    </Show>
  )
}

/** The frame while it is not known yet what goes in. */
function Frame() {
  return (
    <div class="shell" data-sidebar="open" aria-busy="true">
      <div class="side" />
      <main class="main">
        <PageSkeleton />
      </main>
    </div>
  )
}

function LoadProblem() {
  const workspace = useWorkspace()
  createEffect(() => {
    document.title = `${t('loadTitle')} · Atrium`
  })
  return (
    <main class="load-problem">
      <EmptyState icon="alert" title={t('loadTitle')} text={sentenceOf(workspace.problem())}>
        <Button look="primary" onClick={() => void workspace.reload()}>
          {common.retry}
        </Button>
      </EmptyState>
    </main>
  )
}
