import type { Reporter, TestModule } from 'vitest/node'

/** Closes a run with one line that a person and a script can read: `N passed, N failed, N skipped`. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    // Without a single file, what all of them need could not be set up.
    const count = { passed: 0, failed: unhandledErrors.length + (modules.length === 0 ? 1 : 0), skipped: 0, pending: 0 }
    for (const module of modules) {
      // A file that cannot be loaded, or a suite whose setup failed, has no failing test to count.
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1
        if (test.diagnostic()?.flaky) process.stdout.write(`passed at the second try: ${test.fullName}\n`)
      }
      const broken = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
      count.failed += broken.length
    }
    const { passed, failed, skipped, pending } = count
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped + pending} skipped\n`)
  }
}
