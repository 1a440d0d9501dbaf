import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { monday } from '../support/context.ts'
import { anArticle, aTopic } from '../support/factories.ts'
import { look, testBrowser, type View } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const service = testService()

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const views: View[] = [
  { width: 360, scripts: true, colorScheme: 'dark' },
  { width: 1280, scripts: true, colorScheme: 'light' },
  { width: 360, scripts: false, colorScheme: 'light' },
  { width: 1280, scripts: false, colorScheme: 'dark' },
]
const nameOf = ({ width, scripts, colorScheme }: View) => `${width} ${colorScheme}${scripts ? '' : ' no scripts'}`
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()
const states = () => service.db.selectFrom('subscriptions').select(['state', 'frequency', 'time_zone']).execute()

async function publish(): Promise<void> {
  await aTopic(service.db, 'sport')
  const title = 'A river that nobody had on the map moves its bed, and with it the border of two districts'
  await anArticle(service.db, { title, firstSeenAt: hours(-3), topics: ['climate', 'sport'] })
}

describe.each(views)('$width px, scripts: $scripts, $colorScheme', (view) => {
  it('takes a reader from the form to the last page', async () => {
    const page = await browser.open(view)
    const see = (state: string) => look(page, `${nameOf(view)} ${state}`)
    await publish()
    // Names are kept for a minute: it is there before anybody looks.
    await service.db.insertInto('newsletters').values({ slug: 'evening', name: 'The Evening' }).execute()

    await page.goto(service.url)
    await see('01 front')
    const zone = view.scripts ? 'Europe/Berlin' : 'UTC'
    expect(await page.getByLabel('Your time zone').inputValue()).toBe(zone)

    await page.getByLabel('Email address').fill('ada')
    await page.getByLabel('Once a week').check()
    await press(page, 'Subscribe')
    await see('02 front with an error')
    const email = page.getByLabel('Email address')
    expect(await email.inputValue()).toBe('ada')
    expect(await email.getAttribute('aria-invalid')).toBe('true')
    expect(await email.evaluate((field) => document.activeElement === field)).toBe(true)
    expect(await page.getByLabel('Once a week').isChecked()).toBe(true)

    await email.fill('ada@reader.example')
    await page.getByLabel('Every day').check()
    await page.getByLabel('Your time zone').selectOption('Europe/Berlin')
    await press(page, 'Subscribe')
    expect(await heading(page)).toBe('Check your inbox')
    await see('03 check your inbox')

    await page.goto(await service.link('confirm'))
    await see('04 confirm')
    expect(await states()).toMatchObject([{ state: 'pending' }])
    await press(page, 'Confirm my subscription')
    expect(await heading(page)).toBe('You are subscribed')
    await see('05 subscribed')
    expect(await states()).toEqual([{ state: 'active', frequency: 'daily', time_zone: 'Europe/Berlin' }])

    await service.sendDigests(hours(24))
    await page.goto(service.url)
    await see('06 front with a digest')

    const preferences = (await service.link('preferences')).split('?')[0] ?? ''
    await page.goto(preferences)
    await see('07 preferences')
    const more = page.getByRole('link', { name: 'Choose another time zone' })
    expect(await more.isVisible()).toBe(!view.scripts)
    if (!view.scripts) await more.click()
    const zones = page.getByLabel('Your time zone')
    expect(await zones.inputValue()).toBe('Europe/Berlin')
    await zones.selectOption('Pacific/Auckland')
    await see('30 preferences with another time zone')
    await press(page, 'Save')
    expect(await states()).toMatchObject([{ time_zone: 'Pacific/Auckland' }])
    await zones.selectOption('Europe/Berlin').catch(async () => {
      await more.click() // no script has added the others
      await zones.selectOption('Europe/Berlin')
    })
    await press(page, 'Save')
    expect(await states()).toMatchObject([{ time_zone: 'Europe/Berlin' }])
    await page.goto(`${preferences}?zones=all`)
    await see('31 preferences with all time zones')
    await page.goto(`${preferences}?frequency=weekly`)
    await see('08 preferences with a change filled in')
    expect(await page.getByLabel('Once a week').isChecked()).toBe(true)
    const pause = page.getByLabel('Pause until')
    await pause.fill((await pause.getAttribute('min')) ?? '')
    await press(page, 'Save')
    await see('09 preferences saved')
    expect(await states()).toMatchObject([{ frequency: 'weekly' }])

    for (const box of await page.getByRole('group', { name: 'Topics' }).getByRole('checkbox').all()) await box.uncheck()
    await press(page, 'Save')
    await see('10 preferences with an error')
    expect(await page.getByText('Choose at least one topic.').isVisible()).toBe(true)

    await page.goto(preferences)
    await page
      .getByRole('main')
      .getByRole('link', { name: /^Unsubscribe/ })
      .click()
    await see('11 unsubscribe')
    expect(await states()).toMatchObject([{ state: 'active' }])
    await press(page, 'Unsubscribe')
    expect(await heading(page)).toBe('You are unsubscribed')
    await see('12 unsubscribed')
    expect(await states()).toMatchObject([{ state: 'ended' }])
    await press(page, 'Undo: keep sending it')
    await see('14 subscribed again')
    expect(await states()).toMatchObject([{ state: 'active', frequency: 'weekly' }])
    await page.goto(preferences)
    await see('15 preferences')
    await page.getByRole('link', { name: 'What you agreed to, and when' }).click()
    await see('22 the history of consent')
    await page.goto(preferences)
    await page.getByRole('link', { name: 'Change your address' }).click()
    await see('16 change of address')
    await page.getByLabel('New address').fill('lovelace@reader.example')
    await press(page, 'Ask the new address')
    await see('23 change of address asked for')
    await page.goto(await service.link('address'))
    await see('24 confirm the new address')
    await press(page, 'Use this address')
    expect(await heading(page)).toBe('Your address is changed')
    await see('25 address changed')
    await page.goto(preferences)
    await see('26 preferences with an offer')
    await press(page, 'Subscribe to The Evening')
    await page.getByText('The Evening', { exact: true }).click()
    await see('27 preferences of two newsletters')
    await page.goto(`${service.url}/my-link`)
    await page.getByLabel('Email address').fill('nobody')
    await press(page, 'Mail me my link')
    await see('17 lost link with an error')
    await page.goto(`${service.url}/preferences/k1.cut-short`)
    await see('18 a link that does not work')
    await page.goto(preferences)
    await page.getByRole('link', { name: /^Unsubscribe/ }).click()
    await press(page, 'Unsubscribe')
    const undo = await page.locator('form[action^="/undo/"]').getAttribute('action')
    await page.goto(`${service.url}${undo}`)
    await see('28 undo')
    await page.goto(preferences)
    await see('13 preferences of nobody')
    await page.goto(`${preferences}/erase`)
    await see('19 erase')
    await press(page, 'Erase everything')
    await see('20 erased')
    await page.goto(`${service.url}/embed`)
    await see('21 the form for other sites')
  })

  it('says what went wrong', async () => {
    const page = await browser.open(view)
    const see = (state: string) => look(page, `${nameOf(view)} ${state}`)
    await page.goto(service.url)
    await page.getByLabel('Email address').fill('bob@reader.example')
    await press(page, 'Subscribe')
    const confirm = await service.link('confirm')
    service.context.clock.set(hours(73))
    expect((await page.goto(confirm))?.status()).toBe(410)
    await see('20 an old link')
    for (let time = 0; time < 20; time++) {
      await fetch(`${service.url}/my-link`, {
        method: 'POST',
        body: new URLSearchParams({ email: `n${time}@x.example` }),
      })
    }
    await page.goto(`${service.url}/my-link`)
    await page.getByLabel('Email address').fill('bob@reader.example')
    await press(page, 'Mail me my link')
    await see('29 too many tries')
    for (const [number, path] of ['/confirm/x', '/preferences/x', '/unsubscribe/x', '/nothing'].entries()) {
      expect((await page.goto(`${service.url}${path}`))?.status()).toBe(404)
      await see(`2${number + 1} nothing at ${path.split('/')[1]}`)
    }
  })
})

it('can be done with the keyboard alone, and shows where one is', async () => {
  const page = await browser.open({ width: 1280, scripts: true, colorScheme: 'light' })
  await publish()
  await page.goto(service.url)
  await walkTo(page, (name) => name === 'email')
  await page.keyboard.type('ada@reader.example')
  await walkTo(page, (name) => name === 'frequency')
  await page.keyboard.press('ArrowDown')
  await walkTo(page, (name) => name === 'hour')
  await page.keyboard.type('18')
  await walkTo(page, (name) => name === 'topics')
  await page.keyboard.press('Space')
  await walkTo(page, (_, text) => text === 'Subscribe')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Check your inbox' }).waitFor()

  await page.goto(await service.link('confirm'))
  await walkTo(page, (_, text) => text === 'Confirm my subscription')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'You are subscribed' }).waitFor()
  expect(await service.db.selectFrom('subscriptions').select(['state', 'frequency', 'hour']).execute()).toEqual([
    { state: 'active', frequency: 'weekdays', hour: 18 },
  ])

  await service.sendDigests(hours(13))
  const preferences = (await service.link('preferences')).split('?')[0] ?? ''
  await page.goto(preferences)
  await walkTo(page, (name) => name === 'hour')
  await page.keyboard.type('09')
  await walkTo(page, (_, text) => text === 'Save')
  await page.keyboard.press('Enter')
  await page.getByText('Saved.').waitFor()
  expect(await service.db.selectFrom('subscriptions').select('hour').execute()).toEqual([{ hour: 9 }])

  await page.goto(await service.link('unsubscribe'))
  await walkTo(page, (_, text) => text === 'Unsubscribe')
  await page.keyboard.press('Space')
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
  await walkTo(page, (_, text) => text === 'Undo: keep sending it')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'You are subscribed again' }).waitFor()

  await page.goto(`${preferences}/address`)
  await walkTo(page, (name) => name === 'email')
  await page.keyboard.type('lovelace@reader.example')
  await page.keyboard.press('Enter')
  await page.goto(await service.link('address'))
  await walkTo(page, (_, text) => text === 'Use this address')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Your address is changed' }).waitFor()

  await page.goto(`${preferences}/erase`)
  await walkTo(page, (_, text) => text === 'Erase everything')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await service.db.selectFrom('subscribers').select('email').execute()).toEqual([
    { email: expect.stringMatching(/^erased-/) },
  ])
})

/** Presses Tab until the focus is there; on the way each stop has to be seen. */
async function walkTo(page: Page, isThere: (name: string, text: string) => boolean): Promise<void> {
  for (let step = 0; step < 60; step++) {
    const { name, text, outline } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement & { name?: string }
      const style = getComputedStyle(element)
      return {
        name: element.name ?? '',
        text: element.textContent?.trim() ?? '',
        outline: element === document.body ? 'none needed' : `${style.outlineStyle} ${style.outlineWidth}`,
      }
    })
    expect(outline, `the focus on ${name || text} is seen`).toMatch(/^(?:solid [2-9]px|none needed)$/)
    if (isThere(name, text)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('the focus never got there')
}
