import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: ['./support/cluster.ts'],
    // Two cores: more workers only make every test slower and time-outs likelier.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for arrives in milliseconds; the deadline is for a machine that is busy with something else.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      { extends: true, test: { name: 'all', include: ['**/*.test.ts'], exclude: ['e2e/**', '**/node_modules/**'] } },
      { extends: true, test: { name: 'browser', include: ['e2e/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
})
