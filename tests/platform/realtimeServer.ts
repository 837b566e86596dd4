import { randomUUID } from 'node:crypto'
import { createClient, type RealtimeChannel, type RealtimeClientOptions, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { expect } from 'vitest'
import type { Limits } from '../../supabase/local/realtime/limits.ts'
import { createRealtime } from '../../supabase/local/realtime/realtime.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'

/** Whoever is in `club.members` with a topic may hear it, and may speak if it says so. */
const SCHEMA = `
  create schema club;
  create table club.members (topic text, user_id uuid, speaks boolean not null default true, primary key (topic, user_id));
  grant usage on schema club to authenticated;
  grant select on club.members to authenticated;
  create policy "members hear" on realtime.messages for select to authenticated
    using (exists (select from club.members where members.topic = realtime.topic() and user_id = auth.uid()));
  create policy "speakers speak" on realtime.messages for insert to authenticated
    with check (exists (select from club.members where members.topic = realtime.topic() and user_id = auth.uid() and speaks));
  create table club.cards (id int primary key, topic text not null, title text not null);
  create function club.tell() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    perform realtime.broadcast_changes(coalesce(new.topic, old.topic), tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
    return null;
  end $$;
  create trigger tell after insert or update or delete on club.cards for each row execute function club.tell();
`

export interface Heard {
  event: string
  payload: Record<string, unknown>
  meta?: { id?: string; replayed?: boolean }
}

/** The service on a database of its own, and clients of it. */
export async function startRealtime(limits: Partial<Limits> = {}) {
  const database = await createDatabase()
  const sql = postgres(database.url('postgres'), { max: 2, onnotice: () => {} })
  await sql.unsafe(SCHEMA)
  const secrets = makeSecrets()
  const tokens = createTokens(secrets)
  const service = await createRealtime({ databaseUrl: database.url('supabase_realtime_admin'), tokens, limits })
  const { url, close } = await serve(service)
  const clients: SupabaseClient[] = []
  const tokenOf = (sub: string, seconds = 600) => tokens.sign({ role: 'authenticated', sub, exp: Math.floor(Date.now() / 1000) + seconds })

  function connect(
    options: RealtimeClientOptions = {},
    token: () => string | null = () => null,
    key = secrets.publishableKey,
  ): SupabaseClient {
    const client = createClient(url, key, { realtime: options, accessToken: async () => token() })
    clients.push(client)
    return client
  }

  return {
    url,
    database,
    sql,
    secrets,
    tokens,
    tokenOf,
    connect,
    /** Somebody new, a member of the topics, signed in; `token` may be replaced. */
    async person(topics: string[] = [], { speaks = true, ...options }: RealtimeClientOptions & { speaks?: boolean } = {}) {
      const id = randomUUID()
      for (const topic of topics) await sql`insert into club.members (topic, user_id, speaks) values (${topic}, ${id}, ${speaks})`
      const holder = { token: tokenOf(id) }
      return Object.assign(holder, { id, client: connect(options, () => holder.token) })
    },
    /** As the database trigger does when somebody's rights shrink. */
    notify: (change: Record<string, string | null>) => sql.notify('atrium_access', JSON.stringify(change)),
    async close() {
      for (const client of clients) void client.realtime.disconnect() // The sockets end with the server at the latest.
      await close()
      await sql.end()
      await database.drop()
    },
  }
}

export type RealtimeServer = Awaited<ReturnType<typeof startRealtime>>

/** Joins; resolves with `SUBSCRIBED`, or with the state and the reason. */
export function joined(channel: RealtimeChannel): Promise<string> {
  return new Promise((resolve) => {
    channel.subscribe((state, error) => resolve(error ? `${state} ${error.message}` : state))
  })
}

/** Collects what a channel hears from now on. */
export function listen(channel: RealtimeChannel): Heard[] {
  const heard: Heard[] = []
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message as unknown as Heard))
  return heard
}

/** Asks until the answer is as expected: a busy machine may take a while. */
export const eventually = <T>(read: () => T, options: { timeout?: number; interval?: number } = {}) =>
  expect.poll(read, { timeout: 5000, ...options })
