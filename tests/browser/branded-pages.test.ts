// Pages in the looks of two publishers: a dark blue with a logo for each mode, and a yellow that no letter can be read in.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { readConfig } from '../../src/platform/config.ts'
import { monday } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { look, testBrowser } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const pictures = resolve(import.meta.dirname, '../../emails/static')

const logo = { LOGO_URL: 'https://post.example/static/logo.png', LOGO_SIZE: '264x48' }
const publishers: [string, Record<string, string>][] = [
  [
    'dark blue',
    {
      ...logo,
      BRAND_COLOR: '#0a2463',
      LOGO_DARK_URL: 'https://post.example/static/logo-dark.png',
      FOOTER_LINKS: 'Imprint https://post.example/imprint',
    },
  ],
  ['yellow', { ...logo, BRAND_COLOR: '#ffd400', HEADLINE_FONT: 'sans', PUBLISHER_NAME: 'The Calderhaven Post' }],
]

describe.each(publishers)('in %s', (name, env) => {
  const service = testService(() => ({ branding: readConfig(env).branding }))

  it.each([
    [1280, 'light'],
    [360, 'dark'],
  ] as const)('pages are legible, and show the logo: %s px, %s', async (width, colorScheme) => {
    await aReader(service.db)
    for (const [topic, picture] of Object.entries({ climate: 'reed-beds', sport: '', science: 'deep-sea-light' })) {
      await anArticle(service.db, {
        title: `What the day brought for ${topic}, and what it did not`,
        topics: [topic],
        image_url: picture ? `https://post.example/static/${picture}.jpg` : null,
        image_alt: picture,
        firstSeenAt: new Date(monday.getTime() - 3_600_000),
      })
    }
    await service.sendDigests(monday)
    await publishDigests(service.context, { signal: new AbortController().signal })
    const page = await browser.open({ width, scripts: true, colorScheme })
    await page.route('https://post.example/static/*', async (route) => {
      const file = new URL(route.request().url()).pathname.split('/').at(-1) ?? ''
      const contentType = file.endsWith('.png') ? 'image/png' : 'image/jpeg'
      await route.fulfill({ body: await readFile(resolve(pictures, file)), contentType })
    })
    await page.goto(service.url)
    await look(page, `${width} ${colorScheme} ${name} 1 front`)
    await page.getByRole('link', { name: 'Read the whole digest' }).click()
    const shown = page.locator('header.site img')
    await expect.poll(() => shown.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(0)
    const hasDark = env.LOGO_DARK_URL !== undefined && colorScheme === 'dark'
    expect(await shown.evaluate((one: HTMLImageElement) => one.currentSrc)).toMatch(hasDark ? /logo-dark/ : /logo\.png/)
    await look(page, `${width} ${colorScheme} ${name} 2 digest`)
  })
})
