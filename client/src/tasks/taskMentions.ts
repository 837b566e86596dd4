import { titleOf } from '../documents/actions.ts'
import { fitting, watchNames } from '../documents/mentions.ts'
import type { MentionChoice, Mentions } from '../islands/contract.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'

/** Who and what can be mentioned at a task. Nobody is told who cannot see it: the server looks again. */
export function createTaskMentions(
  workspace: Pick<Workspaces, 'nameOf' | 'people' | 'documents' | 'document'>,
  navigate: (path: string) => void,
): Mentions {
  return {
    async search(typed) {
      const people = workspace.people().filter((person) => !person.suspended_at)
      return [
        ...fitting(typed, people, (person) => person.name).map(
          (person): MentionChoice => ({ kind: 'person', id: person.user_id, label: person.name }),
        ),
        ...(typed ? fitting(typed, workspace.documents(), titleOf) : []).map(
          (page): MentionChoice => ({ kind: 'document', id: page.id, label: titleOf(page), ...(page.icon ? { sign: page.icon } : {}) }),
        ),
      ]
    },
    watch: watchNames(workspace, workspace.document),
    open: navigate,
  }
}
