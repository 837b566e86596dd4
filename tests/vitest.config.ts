import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['**/*.test.ts'],
    globalSetup: ['./support/cluster.ts'],
    // Two cores: more workers only make every test slower and time-outs likelier.
    maxWorkers: 2,
    reporters: ['default', './support/summary.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
