import { request } from 'node:http'
import type { Sql } from 'postgres'

export interface Health {
  status: 'ok' | 'down'
  /** What each part answers right now. */
  parts: Record<string, 'up' | 'down'>
}

export interface HealthOptions {
  sql: Sql
  collabSocket: string
  /** Parts that answer no question, as their supervisor sees them. */
  others(): Record<string, boolean>
}

const DEADLINE_MS = 1_000

/** Asks every part. Questions that come at the same time share one answer. */
export function createHealth({ sql, collabSocket, others }: HealthOptions): () => Promise<Health> {
  let asking: Promise<Health> | null = null
  async function ask(): Promise<Health> {
    const [postgres, collab] = await Promise.all([inTime(sql`select 1`.then(() => true)), inTime(isUp(collabSocket))])
    const up = { gateway: true, postgres, collab, ...others() }
    const parts = Object.fromEntries(Object.entries(up).map(([name, is]) => [name, is ? 'up' : 'down'] as const))
    return { status: Object.values(up).every(Boolean) ? 'ok' : 'down', parts }
  }
  return () => {
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }
}

async function inTime(answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, DEADLINE_MS, false)
  })
  const result = await Promise.race([answer.catch(() => false), late])
  clearTimeout(timer)
  return result
}

function isUp(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/health', timeout: DEADLINE_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
