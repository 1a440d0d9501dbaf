// What a mail has to pass in a browser. A check shows the mail as it needs it, and gives back what it found; nothing is good.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { showMail } from './mail-page.ts'
import { faintTexts } from './pixels.ts'

export type MailCheck = { readonly name: string; find(page: Page, html: string): Promise<string[]> }

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const height = 900

async function show(page: Page, html: string, width: number, colorScheme: 'light' | 'dark' = 'light') {
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme })
  await showMail(page, html)
}

/** What axe-core finds, all its rules but those for a page: a mail is shown inside of one, which has the landmarks. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await axe)
  const options: RunOptions = { rules: { region: { enabled: false }, 'landmark-one-main': { enabled: false } } }
  const results = await page.evaluate(
    (given) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(given),
    options,
  )
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
}

/** What is wider than the screen, or cut off. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const there = document.documentElement.clientWidth
    const found = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      const isCut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible'
      return isCut || left < -1 || right > there + 1
    })
    const isScrolled = document.documentElement.scrollWidth > there
    return [
      ...(isScrolled ? [`${document.documentElement.scrollWidth} px wide on ${there}`] : []),
      ...found.map((element) => element.outerHTML.slice(0, 160)),
    ]
  })

const atWidth = (width: number): MailCheck => ({
  name: `nothing is wider than ${width} px`,
  async find(page, html) {
    await show(page, html, width)
    return overflowing(page)
  },
})

const withAxe = (colorScheme: 'light' | 'dark'): MailCheck => ({
  name: `axe-core, ${colorScheme}`,
  async find(page, html) {
    await show(page, html, 800, colorScheme)
    return violations(page)
  },
})

export const mailChecks: readonly MailCheck[] = [
  withAxe('light'),
  withAxe('dark'),
  {
    name: 'legible where the browser makes it dark by itself',
    async find(page, html) {
      await show(page, html, 640)
      const devtools = await page.context().newCDPSession(page)
      await devtools.send('Emulation.setAutoDarkModeOverride', { enabled: true })
      try {
        return await faintTexts(page, { darkGround: true })
      } finally {
        await devtools.send('Emulation.setAutoDarkModeOverride', {})
        await devtools.detach()
      }
    },
  },
  atWidth(360),
  atWidth(320),
  {
    // A browser's zoom makes the page half as wide; a phone's larger letters leave it as it is.
    name: 'fits with letters twice as large, on half of 1280 px',
    async find(page, html) {
      await show(page, html, 640)
      await page.evaluate(() => {
        const all = [...document.body.querySelectorAll<HTMLElement>('*')].map((element) => {
          const { fontSize, lineHeight } = getComputedStyle(element)
          return { element, fontSize: Number.parseFloat(fontSize), lineHeight: Number.parseFloat(lineHeight) }
        })
        for (const { element, fontSize, lineHeight } of all) {
          element.style.setProperty('font-size', `${fontSize * 2}px`, 'important')
          if (lineHeight) element.style.setProperty('line-height', `${lineHeight * 2}px`, 'important')
        }
      })
      return overflowing(page)
    },
  },
  {
    name: 'no letters smaller than 13 px',
    async find(page, html) {
      await show(page, html, 360)
      return page.evaluate(() =>
        [...document.body.querySelectorAll('*')]
          .filter(({ childNodes }) => [...childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
          .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 13)
          .map((element) => element.outerHTML.slice(0, 160)),
      )
    },
  },
  {
    name: 'says what its pictures show while they are off',
    async find(page, html) {
      await page.setViewportSize({ width: 360, height })
      await page.emulateMedia({ colorScheme: 'light' })
      await showMail(page, html, { pictures: false })
      const silent = await page.evaluate(() =>
        [...document.images]
          .filter((image) => {
            const { width, height } = image.getBoundingClientRect()
            return image.naturalWidth > 0 || !image.alt.trim() || width < 60 || height < 16
          })
          .map(({ outerHTML }) => outerHTML.slice(0, 200)),
      )
      return [...silent, ...(await overflowing(page))]
    },
  },
]
