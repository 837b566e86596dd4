import { titleOf } from '../documents/actions.ts'
import { fitting, watchNames } from '../documents/mentions.ts'
import type { MentionChoice, Mentions } from '../islands/contract.ts'
import { rest, rows } from '../supabase.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'
import { composerEn as en } from './composerEn.ts'

interface Group {
  id: string
  name: string
}

/** Who and what can be mentioned in a room. Nobody is called who cannot read it: the server looks again. */
export function createMessageMentions(options: {
  workspace: Pick<Workspaces, 'id' | 'nameOf' | 'people' | 'documents' | 'document' | 'room'>
  roomId: string
  people(roomId: string): Promise<{ user_id: string }[]>
  navigate(path: string): void
}): Mentions {
  const { workspace, roomId } = options
  let asked: Promise<[Set<string> | null, Group[]]> | undefined

  /** Who is in a private room; null where everybody who sees the room may be called. */
  function ask() {
    const isPrivate = workspace.room(roomId)?.private ?? false
    asked ??= Promise.all([
      isPrivate ? options.people(roomId).then((found) => new Set(found.map((person) => person.user_id))) : null,
      rows<Group[]>(rest.from('groups').select('id,name').eq('workspace_id', workspace.id()).order('name')).catch(() => []),
    ])
    asked.catch(() => (asked = undefined))
    return asked
  }

  return {
    async search(typed) {
      const [inside, groups] = await ask().catch(() => [null, []] as [null, Group[]])
      const people = workspace.people().filter((person) => !person.suspended_at && (!inside || inside.has(person.user_id)))
      const callers = (
        [
          { kind: 'here', label: 'here', detail: en.mentionHere },
          { kind: 'all', label: 'all', detail: en.mentionAll },
        ] as const
      ).map((choice): MentionChoice => ({ ...choice, id: null }))
      return [
        ...fitting(typed, people, (person) => person.name).map(
          (person): MentionChoice => ({ kind: 'person', id: person.user_id, label: person.name }),
        ),
        ...fitting(typed, groups, (group) => group.name).map(
          (group): MentionChoice => ({ kind: 'group', id: group.id, label: group.name, detail: en.group }),
        ),
        ...fitting(typed, callers, (choice) => choice.label),
        ...(typed ? fitting(typed, workspace.documents(), titleOf) : []).map(
          (page): MentionChoice => ({ kind: 'document', id: page.id, label: titleOf(page), ...(page.icon ? { sign: page.icon } : {}) }),
        ),
      ]
    },
    watch: watchNames(workspace, workspace.document),
    open: options.navigate,
  }
}
