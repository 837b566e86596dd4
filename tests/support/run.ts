// Runs the suites. Arguments are vitest's; the last line is for a person and a script: `N passed, N failed, N skipped`.
import { createVitest, parseCLI, type TestModule } from 'vitest/node'

/** More files than this do not fail because a machine was busy. */
const MOST_TRIED_AGAIN = 8

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
// `startVitest` would take away what all of them need, the database above all, before a file has its second try.
const vitest = await createVitest('test', { ...options, root: 'tests', watch: false })
await vitest.start(filter)
const isBroken = (module: TestModule) => !module.ok()

// A browser on a busy machine is sometimes slower than the hand that drives it. Its file has a second try when nothing else runs,
// as a whole, because its tests build on each other.
const again = vitest.state.getTestModules().filter(isBroken)
if (vitest.state.getUnhandledErrors().length === 0 && again.length <= MOST_TRIED_AGAIN) {
  for (const module of again) await vitest.runTestSpecifications([module.toTestSpecification()])
}

// Without a single file, what all of them need could not be set up.
const modules = vitest.state.getTestModules()
const count = { passed: 0, failed: vitest.state.getUnhandledErrors().length + (modules.length === 0 ? 1 : 0), skipped: 0, pending: 0 }
for (const module of modules) {
  for (const test of module.children.allTests()) count[test.result().state] += 1
  // A file that cannot be loaded, or a suite whose setup failed, has no failing test to count.
  count.failed += [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length
}
await vitest.close()
for (const { relativeModuleId } of again) process.stdout.write(`tried a second time: ${relativeModuleId}\n`)
const { passed, failed, skipped, pending } = count
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped + pending} skipped\n`)
process.exit(failed > 0 ? 1 : 0)
