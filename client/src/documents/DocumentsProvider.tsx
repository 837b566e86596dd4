import type { JSX } from 'solid-js'
import { useSession } from '../session.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { createDocuments, DocumentsContext } from './documents.ts'

/** Gives the pages below it the documents of the workspace. */
export function DocumentsProvider(props: { children: JSX.Element }) {
  const session = useSession()
  const documents = createDocuments(useWorkspace(), session.user)
  return <DocumentsContext.Provider value={documents}>{props.children}</DocumentsContext.Provider>
}
