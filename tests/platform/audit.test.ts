import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.stop())

test('[AUD4] what is changed over REST is logged with the address and the program it came from', async () => {
  const anna = await platform.signUp('Anna')
  const id = randomUUID()
  const { data } = await anna.client.auth.getSession()
  const call = async (name: string, body: object) => {
    const response = await fetch(`${platform.url}/rest/v1/rpc/${name}`, {
      method: 'POST',
      headers: {
        apikey: platform.publishableKey,
        authorization: `Bearer ${data.session?.access_token}`,
        'content-type': 'application/json',
        'content-profile': 'atrium',
        'user-agent': 'A script',
        // A stranger cannot say where he is.
        'x-forwarded-for': '203.0.113.9',
      },
      body: JSON.stringify(body),
    })
    expect(response.status).toBeLessThan(300)
    return response
  }
  await call('create_workspace', { id, name: 'Club' })
  // Lists travel as JSON.
  await call('set_workspace_policy', { workspace_id: id, joining: 'domains', domains: ['example.com'] })
  const { data: events } = await anna.client
    .from('audit_events')
    .select('*')
    .eq('workspace_id', id)
    .order('id', { ascending: false })
    .limit(1)
  expect(events).toMatchObject([
    {
      action: 'policy.changed',
      actor_id: anna.id,
      address: '127.0.0.1',
      user_agent: 'A script',
      after: { joining: 'domains', domains: ['example.com'] },
    },
  ])
  const secret = platform.client(platform.secretKey)
  for (const change of [
    secret.from('audit_events').delete().eq('workspace_id', id),
    secret.from('audit_events').update({ action: 'x' }).eq('workspace_id', id),
  ]) {
    const { error } = await change
    expect(error?.code).toBe('42501')
  }
})
