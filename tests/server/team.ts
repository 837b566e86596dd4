import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import type { Database } from '../support/database.ts'

export type Role = 'guest' | 'viewer' | 'commenter' | 'editor' | 'admin' | 'owner'

/** A workspace with an open space, made by its owner. */
export interface Team {
  /** The superuser's connection, for looking at what is stored. */
  admin: postgres.Sql
  workspaceId: string
  ownerId: string
  /** A new person; without a role he is a stranger. */
  person(name: string, role?: Role): Promise<string>
  document(): Promise<string>
  /** Runs SQL with the rights of a person. */
  as<T>(userId: string, work: (sql: postgres.TransactionSql) => Promise<T>): Promise<T>
  setRole(userId: string, role: Role): Promise<void>
  remove(userId: string): Promise<void>
  close(): Promise<void>
}

export async function createTeam(database: Database): Promise<Team> {
  const admin = postgres(database.url('supabase_admin'), { max: 2, onnotice: () => {} })
  const workspaceId = randomUUID()
  const account = async (name: string) => {
    const id = randomUUID()
    await admin`insert into auth.users (id, email, raw_user_meta_data) values (${id}, ${`${id}@example.org`}, ${admin.json({ name })})`
    return id
  }

  async function as<T>(userId: string, work: (sql: postgres.TransactionSql) => Promise<T>): Promise<T> {
    const result = await admin.begin(async (sql) => {
      const claims = JSON.stringify({ sub: userId, role: 'authenticated' })
      await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
      return [await work(sql)] as const
    })
    return result[0] as T
  }

  const ownerId = await account('Olga')
  const spaceId = await as(ownerId, async (sql) => {
    await sql`select atrium.create_workspace(${workspaceId}, 'The team')`
    const [space] = await sql<{ id: string }[]>`select id from atrium.spaces where workspace_id = ${workspaceId}`
    return space?.id as string
  })

  return {
    admin,
    workspaceId,
    ownerId,
    as,
    async person(name, role) {
      const id = await account(name)
      if (role) await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspaceId}, ${id}, ${role})`
      return id
    },
    async document() {
      const id = randomUUID()
      await as(ownerId, (sql) => sql`select atrium.create_document(${id}, ${spaceId})`)
      return id
    },
    async setRole(userId, role) {
      await as(ownerId, (sql) => sql`select atrium.set_member_role(${workspaceId}, ${userId}, ${role})`)
    },
    async remove(userId) {
      await as(ownerId, (sql) => sql`select atrium.remove_member(${workspaceId}, ${userId})`)
    },
    close: () => admin.end(),
  }
}
