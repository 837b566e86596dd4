import type { Sql } from 'postgres'

const OURS = `('atrium', 'atrium_private')`
/** Schemas of the platform in which Atrium has triggers and policies. */
const TOUCHED = `('atrium', 'atrium_private', 'auth', 'storage', 'realtime')`

// Each query gives lines: what there is, and all that can be said of it but its number and the order of columns.
const KINDS = [
  `select format('schema %s: %s', nspname, nspacl::text) from pg_namespace where nspname in ${OURS}`,
  `select format('type %s: %s', enumtypid::regtype, string_agg(enumlabel, ', ' order by enumsortorder))
   from pg_enum join pg_type on pg_type.oid = enumtypid where typnamespace::regnamespace::text in ${OURS} group by enumtypid`,
  `select format('%s %s: security %s %s, options %s, rights %s, comment %s', relkind, pg_class.oid::regclass, relrowsecurity, relforcerowsecurity,
     reloptions, (select array_agg(item::text order by item::text) from unnest(relacl) item), obj_description(pg_class.oid, 'pg_class'))
   from pg_class where relnamespace::regnamespace::text in ${OURS} and relkind in ('r', 'p', 'v', 'm', 'S')`,
  `select format('view %s: %s', pg_class.oid::regclass, pg_get_viewdef(pg_class.oid))
   from pg_class where relnamespace::regnamespace::text in ${OURS} and relkind in ('v', 'm')`,
  `select format('column %s.%s: %s, not null %s, default %s, identity %s, generated %s, storage %s, rights %s, comment %s', attrelid::regclass, attname,
     format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attidentity, attgenerated, attstorage,
     (select array_agg(item::text order by item::text) from unnest(attacl) item), col_description(attrelid, attnum))
   from pg_attribute join pg_class on pg_class.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
   where relnamespace::regnamespace::text in ${OURS} and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped`,
  `select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(pg_constraint.oid))
   from pg_constraint where connamespace::regnamespace::text in ${OURS}`,
  `select format('index: %s', indexdef) from pg_indexes where schemaname in ${OURS}`,
  `select format('function %s: %s, rights %s, comment %s', pg_proc.oid::regprocedure, pg_get_functiondef(pg_proc.oid),
     (select array_agg(item::text order by item::text) from unnest(proacl) item), obj_description(pg_proc.oid, 'pg_proc'))
   from pg_proc where pronamespace::regnamespace::text in ${OURS}`,
  `select format('trigger %s: %s, enabled %s', tgname, pg_get_triggerdef(pg_trigger.oid), tgenabled)
   from pg_trigger join pg_proc on pg_proc.oid = tgfoid where not tgisinternal and pronamespace::regnamespace::text in ${OURS}`,
  `select format('policy %s on %s.%s: %s for %s to %s using %s check %s', policyname, schemaname, tablename, permissive, cmd, roles, qual, with_check)
   from pg_policies where schemaname in ${TOUCHED}`,
  `select format('default rights in %s for %s: %s', defaclnamespace::regnamespace, defaclobjtype, defaclacl::text)
   from pg_default_acl where defaclnamespace::regnamespace::text in ${OURS} or defaclnamespace = 0`,
  `select format('bucket %s: public %s, limit %s, types %s', id, public, file_size_limit, allowed_mime_types) from storage.buckets`,
  `select format('queue %s: %s', name, to_jsonb(queue) - array['created_on', 'updated_on', 'maintain_on', 'bam_on', 'monitor_on', 'singletons_active',
     'deferred_count', 'queued_count', 'warning_queued', 'active_count', 'total_count', 'table_name'])
   from pgboss.queue`,
] as const

/** Everything that Atrium has in a database, a line for each thing, in order. Two installations with the same lines behave alike. */
export async function describeCatalogue(sql: Sql): Promise<string[]> {
  const kinds = await Promise.all(KINDS.map((query) => sql.unsafe<{ format: string }[]>(query)))
  return kinds
    .flat()
    .map(({ format }) => format)
    .sort()
}
