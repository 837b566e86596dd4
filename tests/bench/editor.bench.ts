import type { Browser, CDPSession, Page } from 'playwright-core'
import type * as Y from 'yjs'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { makeTeam, SIZES, signIn, visit } from '../e2e/people.ts'
import { launchBrowser } from '../support/browser.ts'
import { makeData, type Started, startReal } from '../support/start.ts'
import { longDocument, openWriter } from './longDocument.ts'
import type { Report } from './run.ts'

const KEYS = 120
/** One frame at 60 per second. */
const FRAME_MS = 16

/** What a keystroke costs the page, one's own and somebody else's, in a document of 300 pages. */
export async function bench(report: Report): Promise<void> {
  const { data, remove } = makeData()
  const started = await startReal(data)
  const browser = await launchBrowser()
  try {
    await measureEditor(started, browser, 300, report)
  } finally {
    await browser.close()
    await started.stop()
    remove()
  }
}

export async function measureEditor(started: Started, browser: Browser, pages: number, report: Report): Promise<void> {
  const team = await makeTeam(started, { Anna: 'owner', Ben: 'editor' })
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'A long page' }).throwOnError()
  const { data } = await team.as('Ben').auth.getSession()
  const ben = await openWriter(started.url, id, data.session?.access_token ?? '', longDocument(pages))

  const { page } = await visit(browser, SIZES.desktop)
  page.setDefaultTimeout(60_000)
  await signIn(page, started, team.emailOf('Anna'))
  const openedAt = performance.now()
  await page.goto(`${started.url}/d/${id}`)
  const body = page.getByRole('textbox', { name: 'Text of the page' })
  await body.waitFor()
  report({ name: `${pages} pages: opened after`, value: performance.now() - openedAt, unit: 'ms' })
  const words = await body.evaluate((element) => element.textContent?.split(/\s+/).length ?? 0)
  report({ name: `${pages} pages: words`, value: words, unit: '' })

  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const shares = [0.5, 0.95]
  const tell = (what: string, times: number[]) => {
    for (const share of shares)
      report({
        name: `${pages} pages: ${what}, p${share * 100}`,
        value: quantile(times, share),
        unit: 'ms',
        peer: FRAME_MS,
        ratio: quantile(times, share) / FRAME_MS,
      })
  }
  for (const [place, heading] of [
    ['in the middle', Math.max(1, pages >> 1)],
    ['at the end', pages],
  ] as const) {
    await body.getByRole('heading', { name: `Page ${heading}`, exact: true }).click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Home')
    tell(`a keystroke ${place}`, await eachCosts(page, cdp, (index) => page.keyboard.press(index % 6 === 5 ? 'Space' : 'e')))
  }
  const fragment = ben.document.getXmlFragment(FRAGMENT)
  const paragraph = fragment.get(5) as Y.XmlElement
  tell(
    'a keystroke of somebody else',
    await eachCosts(page, cdp, async (index) => {
      const before = await body.evaluate((element) => element.children[5]?.textContent?.length)
      ;(paragraph.get(0) as Y.XmlText).insert(index, 'x')
      await page.waitForFunction(
        (length) => document.querySelector('.document-text')?.children[5]?.textContent?.length !== length,
        before,
        { polling: 5 },
      )
    }),
  )
  ben.close()
}

/** Milliseconds for which each action keeps the page's main thread busy, painting included. */
async function eachCosts(page: Page, cdp: CDPSession, act: (index: number) => Promise<void>): Promise<number[]> {
  const costs: number[] = []
  for (let index = 0; index < KEYS; index++) {
    const before = await busy(cdp)
    await act(index)
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    costs.push((await busy(cdp)) - before)
  }
  return costs
}

async function busy(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
