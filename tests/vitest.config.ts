import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: ['./support/cluster.ts'],
    // Two cores: more workers only make every test slower and time-outs likelier.
    maxWorkers: 2,
    reporters: ['default', './support/summary.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for arrives in milliseconds; the deadline is for a machine that is busy with something else.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      { extends: true, test: { name: 'all', include: ['**/*.test.ts'], exclude: ['e2e/**', '**/node_modules/**'] } },
      // A browser on a busy machine is sometimes slower than the hand that drives it: a second try, and the summary names who needed it.
      { extends: true, test: { name: 'browser', include: ['e2e/**/*.test.ts'], retry: 1 } },
    ],
  },
})
