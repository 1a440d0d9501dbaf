// What anybody may read, in Chromium: the front page, the archive, a digest, the privacy page, and what is not there.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { languages, messagesFor } from '../../src/subscriptions/languages.ts'
import { monday } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { iconWidth, letterSpacing, look, testBrowser, type View } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const service = testService()
const signal = new AbortController().signal
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const pictures = resolve(import.meta.dirname, '../../src/demo/sample/images')

const views: View[] = [
  { width: 320, scripts: true, colorScheme: 'light' },
  { width: 360, scripts: true, colorScheme: 'dark' },
  { width: 1280, scripts: true, colorScheme: 'light' },
  { width: 1280, scripts: false, colorScheme: 'dark' },
]

/** What a newspaper might have on a day, and what feeds make of it. */
const stories = [
  [
    'The river that nobody had on the map moves its bed, and with it the border of two districts',
    'climate',
    'vineyard-north',
    'For eleven years the two councils argued over who pays for the bridge. In one night of rain the question answered itself, and now there is none.',
  ],
  [
    'Wind farm vote goes to a second count after a tie',
    'politics',
    'wind-farm-vote',
    'Both sides asked for it. The result is expected on Thursday.',
  ],
  ['Heat pumps for the old docks', 'climate', 'heat-pumps-docks', 'The harbour basin warms the flats around it.'],
  ['What the glacier diary says of last summer', 'climate', '', 'Forty years of entries, all by the same hand.'],
  [
    'Harbour derby ends without a winner for the fourth time in a row',
    'sport',
    'harbour-derby',
    'The keeper of the guests was the best man on the pitch.',
  ],
  [
    'نهر يغيّر مجراه وينقل معه حدود مقاطعتين',
    'politics',
    '',
    'ظلّ المجلسان يتجادلان أحد عشر عامًا حول من يدفع ثمن الجسر.',
  ],
  ['Marathon route changes', 'sport', '', ''],
  [
    'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft turns 150',
    'culture',
    '',
    'A name that no headline ever held.',
  ],
  ['Chess club 🏆 wins', '', '', ''],
] as const

async function publish(): Promise<void> {
  await aReader(service.db)
  await anArticle(service.db, { title: 'A quiet Monday', topics: ['culture'], firstSeenAt: hours(-3) })
  await service.sendDigests(hours(0))
  await publishDigests(service.context, { signal })
  for (const [place, [title, topic, image, summary]] of stories.entries()) {
    await anArticle(service.db, {
      title,
      summary,
      topics: topic ? [topic] : [],
      authors: place % 3 === 0 ? ['Ada Lovelace', 'Bob Berger'] : [],
      image_url: image ? `https://news.example/${image}.jpg` : null,
      image_alt: image ? `Picture: ${image.replaceAll('-', ' ')}` : '',
      firstSeenAt: new Date(hours(21).getTime() - place * 1_000),
    })
  }
  await service.sendDigests(hours(24))
  await publishDigests(service.context, { signal })
}

/** The pictures of the stories, and nothing else, come from elsewhere. */
async function servePictures(page: Page): Promise<void> {
  await page.route('https://news.example/*.jpg', async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1)
    await route.fulfill({ body: await readFile(resolve(pictures, name)), contentType: 'image/jpeg' })
  })
}

const digestPath = async (): Promise<string> => {
  const [newest] = await service.db
    .selectFrom('public_digests')
    .select('digest_id')
    .orderBy('digest_id', 'desc')
    .execute()
  return `/archive/${newest?.digest_id}`
}

beforeEach(publish)

describe.each(views)('$width px, scripts: $scripts, $colorScheme', (view) => {
  it('shows what anybody may read', async () => {
    const page = await browser.open(view)
    await servePictures(page)
    const see = (state: string) =>
      look(page, `${view.width} ${view.colorScheme}${view.scripts ? '' : ' no scripts'} public ${state}`)
    await page.goto(service.url)
    await see('1 front')
    if (view.scripts) expect(await iconWidth(page)).toBeGreaterThan(0)
    await page.getByRole('link', { name: 'Archive', exact: true }).first().click()
    expect(page.url()).toBe(`${service.url}/archive`)
    await see('2 archive')
    await page.getByLabel('Words').fill('river')
    await page.getByLabel('Topic').selectOption('Climate')
    await page.getByRole('button', { name: 'Search' }).click()
    expect(await page.locator('ol.digests li').count()).toBe(1)
    await see('3 archive searched')
    await page.locator('ol.digests a').click()
    expect(page.url()).toBe(`${service.url}${await digestPath()}`)
    for (const image of await page.locator('.edition img').all()) {
      await image.scrollIntoViewIfNeeded()
      await expect.poll(() => image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(0)
    }
    expect(await page.locator('.edition img').count()).toBe(4)
    await see('4 digest')
    await page.getByRole('link', { name: 'The digest before' }).click()
    await see('5 digest with one story')
    await page.goto(`${service.url}/archive?from=2026-12-01&to=2026-11-01`)
    await see('6 archive with an error')
    await page.goto(`${service.url}/archive?q=nothing+like+this`)
    await see('7 archive with nothing')
    await page.getByRole('link', { name: 'Privacy' }).click()
    await see('8 privacy')
    expect((await page.goto(`${service.url}/archive/999999`))?.status()).toBe(404)
    await see('9 no such digest')
  })
})

const speaking = languages.map((language, place) => ({ language, scheme: place % 2 === 0 ? 'dark' : 'light' }) as const)

it.each(speaking)('is as readable in $language, whatever language the stories are in', async ({ language, scheme }) => {
  const page = await browser.open(
    { width: language === 'ar' ? 360 : 1280, scripts: true, colorScheme: scheme },
    { locale: language },
  )
  await servePictures(page)
  const paths = ['/', '/archive', ...(language === 'ar' ? [await digestPath(), '/privacy', '/nothing-here'] : [])]
  for (const path of paths) {
    await page.goto(service.url + path)
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    await look(page, `${scheme} public in ${language} ${path.replaceAll('/', ' ')}`)
  }
  await page.goto(`${service.url}/?language=en`)
  await page.getByRole('link', { name: messagesFor(language === 'en' ? 'de' : language).name }).click()
  expect(await page.locator('html').getAttribute('lang')).toBe(language === 'en' ? 'de' : language)
})

it('can be read without pictures, and says what they show', async () => {
  const page = await browser.open({ width: 360, scripts: true, colorScheme: 'light' })
  await page.route('https://news.example/*.jpg', (route) => route.fulfill({ contentType: 'image/jpeg', body: '' }))
  await page.goto(service.url + (await digestPath()))
  await look(page, '360 light public digest without pictures')
  expect(await page.getByAltText('Picture: wind farm vote').isVisible()).toBe(true)
})

it('can be read at twice the size', async () => {
  const page = await browser.open({ width: 640, scripts: true, colorScheme: 'light' })
  await servePictures(page)
  for (const path of ['/', '/archive', await digestPath(), '/privacy']) {
    await page.goto(service.url + path)
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    await look(page, `640 light public twice the size ${path.replaceAll('/', ' ')}`)
  }
})

it('is printed without what only a screen needs', async () => {
  const page = await browser.open({ width: 794, scripts: true, colorScheme: 'dark' })
  await servePictures(page)
  await page.goto(service.url + (await digestPath()))
  await page.emulateMedia({ media: 'print' })
  await look(page, '794 public digest printed')
  expect(await page.getByRole('complementary').isVisible()).toBe(false)
  expect(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)).toBe(
    'rgb(255, 255, 255)',
  )
})

it('is as readable from right to left', async () => {
  await service.db.updateTable('newsletters').set({ language: 'ar' }).execute()
  const page = await browser.open({ width: 1280, scripts: true, colorScheme: 'light' })
  await servePictures(page)
  await page.goto(service.url + (await digestPath()))
  await look(page, '1280 light public digest from right to left')
  expect(await page.locator('h1').evaluate((heading) => getComputedStyle(heading).direction)).toBe('rtl')
  expect(await letterSpacing(page, '.lead h2')).toMatch(/^(normal|0px)$/)
})
