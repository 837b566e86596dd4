// The door of every npm script: plain JavaScript that runs on the Node the machine has (20 or newer), installs what the lock file
// says when it is not there, and hands over to the Node 24 that npm installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const COMMANDS = {
  start: 'supabase/local/start.ts',
  test: 'supabase/local/test.ts',
  check: 'supabase/local/check.ts',
  bench: 'tests/bench/run.ts',
  migrate: 'sql/migrate.ts',
}

const [command, ...args] = process.argv.slice(2)
const script = COMMANDS[command]
if (!script) fail(`Say what to do: ${Object.keys(COMMANDS).join(', ')}`, 2)
if (Number(process.versions.node.split('.')[0]) < 20) fail(`Atrium needs Node 20 or newer; this is ${process.version}`, 1)
install()
run()

function fail(sentence, code) {
  console.error(sentence)
  process.exit(code)
}

function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const stamp = join(root, 'node_modules/.atrium-lock')
  const wanted = createHash('sha256').update(lock).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(nodePath())) return
  if (!isInstalled(JSON.parse(lock))) {
    console.error('Installing the packages of the lock file, which takes a minute the first time …')
    // npm's own output goes to stderr: with --json our standard output is for programs.
    const [file, before] = process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath]] : ['npm', []]
    const { status, error } = spawnSync(file, [...before, 'ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2] })
    if (error) fail(`npm could not be run: ${error.message}`, 1)
    if (status !== 0) fail('npm ci failed; what it said is above', 1)
    if (!existsSync(nodePath())) fail('The package "node" has no program: its install script was not allowed to run (ignore-scripts?)', 1)
  }
  try {
    writeFileSync(stamp, wanted)
  } catch {
    // A checkout that belongs to somebody else is looked through again next time.
  }
}

/** Whether every package that npm must install here is there in the version of the lock file. */
function isInstalled(lock) {
  try {
    const installed = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages
    const isMissing = ([path, { version, optional, link }]) =>
      path.includes('node_modules/') && !link && !optional && installed[path]?.version !== version
    return existsSync(nodePath()) && !Object.entries(lock.packages).some(isMissing)
  } catch {
    return false
  }
}

function nodePath() {
  return join(root, 'node_modules/node/bin/node')
}

function run() {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`
  const child = spawn(nodePath(), ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
    env: { ...process.env, PATH: path },
    // The channel tells the child when this process is killed and cannot pass on a signal.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => fail(`Node could not be started: ${error.message}`, 1))
  child.once('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
  if (process.env.npm_lifecycle_event) endWithNpm()
}

/** npm that is killed cannot pass that on either. It runs this through a shell, which may stay behind without it. */
function endWithNpm() {
  const before = ancestors()
  setInterval(() => {
    if (ancestors() !== before) process.exit(1)
  }, 500).unref()
}

function ancestors() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    return String(process.ppid)
  }
}
