import type postgres from 'postgres'

export interface Argument {
  name: string
  /** As `format_type` prints it: `uuid`, `text[]`, `atrium.role`. */
  type: string
  required: boolean
}

/** A function that REST callers may name. Whether they may run it, Postgres decides. */
export interface Procedure {
  schema: string
  name: string
  arguments: Argument[]
  /** Rows, one composite value, one scalar, or nothing: it decides the shape of the answer. */
  returns: 'rows' | 'composite' | 'scalar' | 'scalars' | 'void'
  /** Not volatile: runs in a read-only transaction, as with PostgREST. */
  readOnly: boolean
}

/** The functions of the exposed schemas, read again when the schema changed. */
export interface Procedures {
  /** The one function of this name that takes exactly such arguments; the rest have defaults. */
  find(schema: string, name: string, given: string[]): Promise<Procedure | undefined>
  /** Reads the catalogue again at the next call. */
  clear(): void
}

export function createProcedures(sql: postgres.Sql, schemas: string[]): Procedures {
  let known: Promise<Map<string, Procedure[]>> | undefined
  const load = () => {
    known ??= readProcedures(sql, schemas).catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
  return {
    async find(schema, name, given) {
      const overloads = (await load()).get(`${schema}.${name}`) ?? []
      return overloads.find((procedure) => accepts(procedure, given))
    },
    clear() {
      known = undefined
    },
  }
}

function accepts(procedure: Procedure, given: string[]): boolean {
  const names = new Set(procedure.arguments.map((argument) => argument.name))
  return (
    given.every((name) => names.has(name)) && procedure.arguments.every((argument) => !argument.required || given.includes(argument.name))
  )
}

async function readProcedures(sql: postgres.Sql, schemas: string[]): Promise<Map<string, Procedure[]>> {
  const rows = await sql<
    { schema: string; name: string; arguments: Argument[] | null; returns: Procedure['returns']; readOnly: boolean }[]
  >`
    select n.nspname as schema, p.proname as name, p.provolatile <> 'v' as "readOnly",
      case
        when t.typname = 'void' then 'void'
        when t.typtype = 'c' or p.proargmodes && '{o,b,t}'::"char"[] then case when p.proretset then 'rows' else 'composite' end
        when p.proretset then 'scalars'
        else 'scalar'
      end as returns,
      (
        select json_agg(json_build_object(
          'name', p.proargnames[i],
          'type', format_type(p.proargtypes[i - 1], null),
          'required', i <= p.pronargs - p.pronargdefaults
        ) order by i)
        from generate_series(1, p.pronargs) i
      ) as arguments
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    join pg_type t on t.oid = p.prorettype
    where n.nspname in ${sql(schemas)} and p.prokind = 'f' and t.typname not in ('trigger', 'event_trigger')
      and p.provariadic = 0 and (p.pronargs = 0 or p.proargnames is not null)
      -- Input arguments come first in every function of ours; one with an output before an input is left to the slow path.
      and (p.proargmodes is null or not exists (
        select from generate_series(1, p.pronargs) i where p.proargmodes[i] <> 'i'
      ))
      and not exists (select from generate_series(1, p.pronargs) i where coalesce(p.proargnames[i], '') = '')
  `
  const procedures = new Map<string, Procedure[]>()
  for (const row of rows) {
    const key = `${row.schema}.${row.name}`
    procedures.set(key, [...(procedures.get(key) ?? []), { ...row, arguments: row.arguments ?? [] }])
  }
  return procedures
}
