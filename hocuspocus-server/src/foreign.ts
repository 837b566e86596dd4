import * as Y from 'yjs'
import { FRAGMENT } from './protocol.ts'
import { documentSchema } from './schema/documentSchema.ts'

type Struct = Y.Item | Y.GC | Y.Skip

/** Where something stands: in a type of the document or of the update, and under which name if it is an attribute. */
interface Place {
  parent: unknown
  attribute: string | null
}

const NODES: ReadonlySet<string> = new Set(Object.keys(documentSchema.nodes).filter((name) => name !== 'doc' && name !== 'text'))
const MARKS: ReadonlySet<string> = new Set(Object.keys(documentSchema.marks))
/** The binding of the editor tells marks of one kind apart by a hash. */
const HASH = /--[a-zA-Z0-9+/=]{8}$/

/** Whether these changes bring what no document can hold. An editor that meets such a thing writes nothing any more, lest it delete what
 *  might belong to a newer one: a single script could make the page read-only for everybody. Attributes are not looked at, because the
 *  editor cleans them. */
export function hasForeign(structs: Struct[], document: Y.Doc): boolean {
  const byClient = Map.groupBy(structs, ({ id }) => id.client)
  const places = new Map<Struct, Place | null>()

  function find(id: Y.ID): Struct | undefined {
    if (id.clock < Y.getState(document.store, id.client)) return Y.getItem(document.store, id) as Struct
    return structAt(byClient.get(id.client) ?? [], id.clock)
  }

  /** Follows neighbours to one that says where it stands; null when it waits for one that is missing. */
  function placeOf(item: Y.Item): Place | null {
    const passed: Struct[] = []
    let at: Struct | undefined = item
    let place: Place | null | undefined
    while (place === undefined) {
      if (!(at instanceof Y.Item)) place = null
      else if (at.parent) place = { parent: at.parent, attribute: at.parentSub }
      else {
        place = places.get(at)
        passed.push(at)
        const neighbour: Y.ID | null = at.origin ?? at.rightOrigin
        at = neighbour ? find(neighbour) : undefined
      }
    }
    for (const each of passed) places.set(each, place)
    return place
  }

  function isAmongNodes(item: Y.Item): boolean {
    const place = placeOf(item)
    if (!place || place.attribute !== null) return false
    let { parent } = place
    if (parent instanceof Y.ID) {
      const holder = find(parent)
      parent = holder instanceof Y.Item && holder.content instanceof Y.ContentType ? holder.content.type : null
    }
    return parent === FRAGMENT || parent instanceof Y.XmlFragment || (parent !== null && parent === document.share.get(FRAGMENT))
  }

  function isForeign(struct: Struct): boolean {
    if (!(struct instanceof Y.Item)) return false
    const { content } = struct
    if (content instanceof Y.ContentType) return !isKnown(content.type)
    if (content instanceof Y.ContentFormat) return !MARKS.has(content.key.replace(HASH, ''))
    if (content instanceof Y.ContentEmbed || content instanceof Y.ContentDoc) return true
    return !(content instanceof Y.ContentDeleted) && isAmongNodes(struct)
  }

  return structs.some(isForeign)
}

const isKnown = (type: unknown) => (type instanceof Y.XmlElement ? NODES.has(type.nodeName) : type instanceof Y.XmlText)

/** Structs of one client, in order. */
function structAt(structs: Struct[], clock: number): Struct | undefined {
  let low = 0
  let high = structs.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { id, length } = structs[middle] as Struct
    if (id.clock + length > clock) high = middle
    else low = middle + 1
  }
  const found = structs[low]
  return found && found.id.clock <= clock ? found : undefined
}
