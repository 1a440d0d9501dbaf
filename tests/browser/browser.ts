import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { launch } from './chromium.ts'

export type View = {
  readonly width: number
  readonly scripts: boolean
  readonly colorScheme: 'light' | 'dark'
}

/** `mayFail`: the path of what the page asks for, and may be refused. `hasWorker`: what a page keeps for later is kept. */
type OpenOptions = { readonly mayFail?: string | RegExp; readonly locale?: string; readonly hasWorker?: boolean }

const height = 900
const narrowest = 320
const artifacts = resolve(import.meta.dirname, '../artifacts/browser')
const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A browser for a test file. Whatever a page complains about fails the test: a script, the security policy, a file. */
export function testBrowser() {
  let browser: Browser | undefined
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  beforeAll(async () => {
    browser = await launch(inject('chromium'))
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    expect(complaints.splice(0), 'what the pages complained about').toEqual([])
  })
  afterAll(() => browser?.close())

  return {
    async open(view: View, options: OpenOptions = {}): Promise<Page> {
      const { mayFail, locale = 'en-GB', hasWorker = false } = options
      if (!browser) throw new Error('the browser is there only while tests run')
      const context = await browser.newContext({
        viewport: { width: view.width, height },
        javaScriptEnabled: view.scripts,
        colorScheme: view.colorScheme,
        isMobile: view.width < 600,
        locale,
        serviceWorkers: hasWorker ? 'allow' : 'block',
        timezoneId: 'Europe/Berlin',
      })
      contexts.push(context)
      context.setDefaultTimeout(20_000)
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        // The page itself may be an error; nothing on it may be one.
        const { url } = message.location()
        const isExpected =
          url === page.url() || (mayFail !== undefined && URL.canParse(url) && isOf(mayFail, new URL(url).pathname))
        const isRefusal = /^Failed to load resource/.test(message.text()) && isExpected
        if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
      })
      return page
    },
  }
}

const isOf = (paths: string | RegExp, path: string) => (typeof paths === 'string' ? path === paths : paths.test(path))

/**
 * Looks at a page as it is: keeps a picture, has axe-core check it (where scripts run), and sees that nothing has to be
 * scrolled sideways, also on the narrowest screen.
 */
export async function look(page: Page, name: string): Promise<void> {
  const size = page.viewportSize()
  await page.screenshot({ path: resolve(artifacts, `${name}.png`), fullPage: true })
  if (page.context().browser() && !/no scripts/.test(name)) {
    await page.evaluate(await axe)
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    )
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`)
    expect(found, `${name}: what axe-core found`).toEqual([])
  }
  await expectNoSidewaysScroll(page, name)
  await page.setViewportSize({ width: narrowest, height })
  await expectNoSidewaysScroll(page, `${name} at ${narrowest} px`)
  if (size) await page.setViewportSize(size)
}

/** How wide the icon of a page is, in pixels, loaded as the page's own policy lets it. */
export const iconWidth = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const icon = new Image()
    icon.src = document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? ''
    await icon.decode()
    return icon.naturalWidth
  })

/** Letters that are joined stay joined. */
export const letterSpacing = (page: Page, selector: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => getComputedStyle(element).letterSpacing)

async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  const [needed, there] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ])
  expect(needed, `${name}: the width that it needs`).toBeLessThanOrEqual(there ?? 0)
}
