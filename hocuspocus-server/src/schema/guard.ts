import { Extension } from '@tiptap/core'
import type { Mark, MarkType, NodeType, Schema } from '@tiptap/pm/model'
import { type Attributes, cleanAttributes, markAttributes, nodeAttributes } from './attributes.ts'

/** How ProseMirror fills in the attributes of a node. Every way to make one goes through here: parsing, JSON, Yjs and steps. */
interface Computing {
  computeAttrs(attributes: Attributes | null): Attributes
}

/** Makes the schema clean attributes whenever a node or mark comes into being. ProseMirror's own `validate` would throw, and then the
 *  binding to Yjs would delete the node: a document would lose text because of one wrong attribute. */
export function guardSchema(schema: Schema, rules = nodeAttributes): Schema {
  for (const type of Object.values(schema.nodes)) guardNode(type as NodeType & Computing, rules[type.name])
  for (const type of Object.values(schema.marks)) guardMark(type)
  return schema
}

function guardNode(type: NodeType & Computing, rules: (typeof nodeAttributes)[string] | undefined) {
  if (!rules) return
  const compute = type.computeAttrs.bind(type)
  type.computeAttrs = (attributes) => cleanAttributes(rules, compute(attributes))
}

function guardMark(type: MarkType) {
  const rules = markAttributes[type.name]
  if (!rules) return
  const create = type.create.bind(type)
  type.create = (attributes): Mark => create(cleanAttributes(rules, attributes ?? {}))
}

/** Guards the schema of an editor, which Tiptap builds anew for each. */
export const Guard = Extension.create<{ rules: typeof nodeAttributes }>({
  name: 'guard',
  priority: 10_000,
  addOptions: () => ({ rules: nodeAttributes }),
  onBeforeCreate() {
    guardSchema(this.editor.schema, this.options.rules)
  },
})
