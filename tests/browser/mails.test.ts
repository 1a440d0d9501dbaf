// Every mail in Chromium: contrast, forced dark, small screens, large letters, pictures off.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { everyMail } from '../emails/every-mail.ts'
import { testBrowser } from './browser.ts'
import { mailChecks } from './mail-checks.ts'

const browser = testBrowser()
const open = (): Promise<Page> =>
  browser.open({ width: 800, scripts: true, colorScheme: 'light' }, { mayFail: /\.(?:jpg|png)$/ })

describe.each(everyMail)('$name', ({ render }) => {
  it('passes every check', async () => {
    const page = await open()
    const { html } = await render()
    for (const { name, find } of mailChecks) expect.soft(await find(page, html), name).toEqual([])
  })
})

type Break = (html: string) => string
const replace =
  (pattern: string | RegExp, replacement: string): Break =>
  (html) =>
    html.replace(pattern, replacement)

const breaks: [broken: string, check: string, Break][] = [
  ['grey on white', 'axe-core, light', replace('color:#34393f', 'color:#9a9a9a')],
  ['a picture without alt', 'axe-core, light', replace(/ alt="[^"]*"/, '')],
  ['a text that stays dark in the dark', 'axe-core, dark', replace('class="text-body"', '')],
  ['a ground that stays light in the dark', 'axe-core, dark', replace(/class="fill-sheet"/g, '')],
  [
    'a table of 400 px',
    'nothing is wider than 360 px',
    replace('</p>', '</p><table style="width:400px"><tr><td>x</td></tr></table>'),
  ],
  [
    'an address that is not broken',
    'nothing is wider than 320 px',
    replace('</h1>', `<span style="white-space:nowrap">${'x'.repeat(60)}</span></h1>`),
  ],
  [
    'a box that cuts large letters off',
    'fits with letters twice as large',
    replace(
      '<h1 ',
      '<p style="overflow:hidden;white-space:nowrap;width:150px;font-size:16px">Seventeen letters</p><h1 ',
    ),
  ],
  ['letters of 11 px', 'no letters smaller than 13 px', replace('font-size:13px', 'font-size:11px')],
  ['a picture that says nothing', 'says what its pictures show', replace(/ alt="[^"]*"/, ' alt=""')],
  [
    'words on a picture',
    'legible where the browser',
    replace(
      '<h1 ',
      '<p style="background-image:url(https://post.example/static/reed-beds.jpg);color:#15181c">Hardly to be seen</p><h1 ',
    ),
  ],
]

describe('a mail with', () => {
  it.each(breaks)('%s fails "%s…"', async (_, check, broken) => {
    const page = await open()
    const mail = await everyMail.find(({ name }) => name === 'digest')?.render()
    const html = mail?.html ?? ''
    expect(broken(html)).not.toBe(html)
    const { find } = mailChecks.find(({ name }) => name.startsWith(check)) ?? {}
    expect(await find?.(page, html)).toEqual([])
    expect(await find?.(page, broken(html))).not.toEqual([])
  })
})

it('has a broken mail for each check', () => {
  const without = mailChecks.filter(({ name }) => !breaks.some(([, check]) => name.startsWith(check)))
  expect(without.map(({ name }) => name)).toEqual([])
})
