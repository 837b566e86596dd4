import { expect, test } from 'vitest'
import { sizes } from '../../client/budget.ts'
import { buildClient, CLIENT_BUILD } from '../../supabase/local/build.ts'

test('[CLIENT7] every part of the client keeps its budget', { timeout: 120_000 }, async () => {
  await buildClient()
  const found = await sizes(CLIENT_BUILD)
  expect(found.filter(({ script, budget }) => script > budget)).toEqual([])
  // A build whose manifest is misread would keep every budget.
  expect(found.every(({ script }) => script > 500)).toBe(true)
})
