import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import bundled, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const PACKAGE = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium', import.meta.url))
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Starts a headless Chromium: the system's, or else the one that npm installed. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const system = systemChromium()
  if (system) return chromium.launch({ executablePath: system })
  const directory = await unpackChromium()
  // A bare Debian has neither NSS nor fonts: the package brings them.
  const environment = { ...process.env, LD_LIBRARY_PATH: join(directory, 'al2023/lib'), FONTCONFIG_PATH: join(directory, 'fonts') }
  const args = ['--use-angle=swiftshader', '--disable-gpu', '--no-zygote']
  return chromium.launch({ executablePath: join(directory, 'chromium'), args, env: environment })
}

function systemChromium(): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return SYSTEM_NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).find(existsSync)
}

/** Unpacks beside and renames, so that two runs at once never start half a browser. */
async function unpackChromium(): Promise<string> {
  const directory = join(CACHE, 'chromium')
  if (existsSync(directory)) return directory
  mkdirSync(CACHE, { recursive: true })
  const unpacking = mkdtempSync(join(CACHE, 'chromium-'))
  const before = process.env.TMPDIR
  // The package unpacks into the temporary directory and asks for it at every call.
  process.env.TMPDIR = unpacking
  try {
    await bundled.executablePath()
    await inflate(join(PACKAGE, 'bin/al2023.tar.br'))
    renameSync(unpacking, directory)
  } catch (error) {
    rmSync(unpacking, { recursive: true, force: true })
    if (!existsSync(directory)) throw error
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  return directory
}
