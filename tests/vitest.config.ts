import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['**/*.test.ts'],
    globalSetup: ['./support/cluster.ts'],
    // Two cores: more workers only make every test slower and time-outs likelier.
    maxWorkers: 2,
    reporters: ['default', './support/summary.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for arrives in milliseconds; the deadline is for a machine that is busy with something else.
    expect: { poll: { timeout: 10_000 } },
  },
})
