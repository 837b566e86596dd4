import type postgres from 'postgres'

interface Column {
  name: string
  type: string
  nullable: boolean
}

interface Table {
  name: string
  columns: (Column & { has_default: boolean })[]
  relationships: {
    foreignKeyName: string
    columns: string[]
    isOneToOne: boolean
    referencedRelation: string
    referencedColumns: string[]
  }[]
}

interface Routine {
  name: string
  arguments: (Column & { optional: boolean })[]
  /** Columns of `returns table`, else null. */
  columns: Column[] | null
  /** The type that it returns. */
  returns: string
  /** The table whose row it returns, if it does. */
  row: string | null
  /** Whether it returns any number of them. */
  many: boolean
}

const TYPES: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  _text: 'string[]',
  _uuid: 'string[]',
  time: 'string',
  timestamptz: 'string',
  date: 'string',
  int4: 'number',
  _int4: 'number[]',
  int8: 'number',
  bool: 'boolean',
  jsonb: 'Json',
  void: 'undefined',
  role: 'Role',
}

/** TypeScript for the schema `atrium` as the database has it, in the form that supabase-js and postgrest-js take: `Database`.
 *  A function's comment may say `Nullable: a, b.` for arguments and result columns, which Postgres does not know. */
export async function describeTypes(sql: postgres.Sql): Promise<string> {
  const [roles] = await sql<{ labels: string[] }[]>`
    select array_agg(enumlabel::text order by enumsortorder) as labels from pg_enum where enumtypid = 'atrium.role'::regtype`
  const tables = await sql<Table[]>`
    select relation.relname as name,
      (select jsonb_agg(jsonb_build_object(
          'name', attname, 'type', typname, 'nullable', not attnotnull, 'has_default', atthasdef or not attnotnull
        ) order by attnum)
        from pg_attribute join pg_type on pg_type.oid = atttypid
        where attrelid = relation.oid and attnum > 0 and not attisdropped) as columns,
      coalesce((select jsonb_agg(jsonb_build_object(
          'foreignKeyName', conname,
          'columns', (select jsonb_agg(attname order by ordinality) from unnest(conkey) with ordinality as key (number, ordinality)
            join pg_attribute on attrelid = conrelid and attnum = number),
          'isOneToOne', exists (select from pg_index where indrelid = conrelid and indisunique
            and string_to_array(indkey::text, ' ')::int2[] <@ conkey and conkey <@ string_to_array(indkey::text, ' ')::int2[]),
          'referencedRelation', target.relname,
          'referencedColumns', (select jsonb_agg(attname order by ordinality) from unnest(confkey) with ordinality as key (number, ordinality)
            join pg_attribute on attrelid = confrelid and attnum = number)
        ) order by conname)
        from pg_constraint join pg_class target on target.oid = confrelid
        where conrelid = relation.oid and contype = 'f' and target.relnamespace = relation.relnamespace), '[]') as relationships
    from pg_class relation
    where relation.relnamespace = 'atrium'::regnamespace and relation.relkind = 'r'
    order by relation.relname`
  const routines = await sql<Routine[]>`
    with routine as (
      select *, string_to_array(coalesce(substring(obj_description(oid, 'pg_proc') from 'Nullable: ([^.]*)\\.'), ''), ', ') as nullable
      from pg_proc where pronamespace = 'atrium'::regnamespace
    ),
    parameter as (
      select routine.oid, ordinality, coalesce(proargmodes[ordinality], 'i') as mode,
        jsonb_build_object('name', proargnames[ordinality], 'type', typname, 'nullable', proargnames[ordinality] = any (nullable),
          'optional', ordinality > pronargs - pronargdefaults) as json
      from routine cross join lateral unnest(coalesce(proallargtypes, proargtypes::oid[])) with ordinality as argument (type, ordinality)
      join pg_type on pg_type.oid = argument.type
    )
    select proname as name,
      coalesce((select jsonb_agg(json order by ordinality) from parameter where parameter.oid = routine.oid and mode = 'i'), '[]') as arguments,
      (select jsonb_agg(json order by ordinality) from parameter where parameter.oid = routine.oid and mode = 't') as columns,
      typname as returns, proretset as many,
      (select relname from pg_class where pg_class.oid = typrelid and relkind = 'r') as row
    from routine join pg_type on pg_type.oid = prorettype
    order by proname`
  const lines = [
    '// Made from the database by `node sql/migrate.ts <postgres url> --types`. Do not edit.',
    '',
    'export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]',
    '',
    '/** In rising order. */',
    `export const ROLES = [${(roles?.labels ?? []).map(quote).join(', ')}] as const`,
    'export type Role = (typeof ROLES)[number]',
    '',
    'export type Tables = Database["atrium"]["Tables"]',
    'export type Functions = Database["atrium"]["Functions"]',
    '/** A row as REST returns it: times are ISO 8601 strings. */',
    'export type Row<Name extends keyof Tables> = Tables[Name]["Row"]',
    '/** What a function returns. */',
    'export type Result<Name extends keyof Functions> = Functions[Name]["Returns"]',
    '',
    '/** The schema in the form of supabase-js and postgrest-js. */',
    'export type Database = {',
    'atrium: {',
    'Tables: {',
    ...tables.flatMap(describeTable),
    '}',
    'Views: Record<never, never>',
    'Functions: {',
    ...routines.flatMap(describeRoutine),
    '}',
    'Enums: { role: Role }',
    'CompositeTypes: Record<never, never>',
    '}',
    '}',
    '',
  ]
  return indent(lines).join('\n').replaceAll('"', "'")
}

/** Indents by the braces that lines open and close at their ends. */
function indent(lines: string[]): string[] {
  let depth = 0
  return lines.map((line) => {
    if (line.startsWith('}')) depth--
    const indented = line && `${'  '.repeat(depth)}${line}`
    if (line.endsWith('{')) depth++
    return indented
  })
}

function describeTable({ name, columns, relationships }: Table): string[] {
  return [
    `${name}: {`,
    `Row: { ${columns.map((column) => `${column.name}: ${typeOf(column)}`).join('; ')} }`,
    `Insert: { ${columns.map((column) => `${column.name}${column.has_default ? '?' : ''}: ${typeOf(column)}`).join('; ')} }`,
    `Update: { ${columns.map((column) => `${column.name}?: ${typeOf(column)}`).join('; ')} }`,
    `Relationships: ${JSON.stringify(relationships)}`,
    '}',
  ]
}

function describeRoutine({ name, arguments: parameters, columns, returns, row, many }: Routine): string[] {
  const list = parameters.map((parameter) => `${parameter.name}${parameter.optional ? '?' : ''}: ${typeOf(parameter)}`)
  return [
    `${name}: {`,
    `Args: ${list.length > 0 ? `{ ${list.join('; ')} }` : 'Record<never, never>'}`,
    `Returns: ${columns || !many ? resultOf(columns, returns, row) : `${resultOf(null, returns, row)}[]`}`,
    '}',
  ]
}

function resultOf(columns: Column[] | null, returns: string, row: string | null): string {
  if (columns) return `{ ${columns.map((column) => `${column.name}: ${typeOf(column)}`).join('; ')} }[]`
  return row ? `Database["atrium"]["Tables"]["${row}"]["Row"]` : scalar(returns)
}

function typeOf({ type, nullable }: Column): string {
  return nullable ? `${scalar(type)} | null` : scalar(type)
}

function scalar(type: string): string {
  const known = TYPES[type]
  if (!known) throw new Error(`No TypeScript type is known for the Postgres type ${type}`)
  return known
}

function quote(text: string): string {
  return `'${text}'`
}
