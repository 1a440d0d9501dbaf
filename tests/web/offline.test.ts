// The page for when there is no network, and the worker that keeps it. What it does in a browser: tests/browser/offline.test.ts.
import { expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { sha256 } from '../../src/platform/encoding.ts'
import { languages, messagesFor } from '../../src/subscriptions/languages.ts'
import { createTestApp } from '../support/web-app.ts'

const web = webFixture()
const text = async (path: string) => (await web.request(path)).text()
const versionIn = (worker: string) => /"offline-([\w-]+)"/.exec(worker)?.[1]

it.each(languages)(
  'the page is whole in %s, and its policy lets its own style in, and nothing else',
  async (language) => {
    const response = await web.request(`/offline?language=${language}`)
    const page = await response.text()
    const { title, what, again } = messagesFor(language).site.offline
    expect(page).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`)
    for (const words of [title, what, `<a href="">${again}</a>`]) expect(page).toContain(words)
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? ''
    const hash = btoa(String.fromCharCode(...(await sha256(style))))
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}';`)
    expect(page).not.toMatch(/<script|<link(?! rel="icon")|src=/)
    expect(response.headers.get('content-language')).toBe(language)
  },
)

it('the worker is named by the page that it keeps, and is asked for anew each time', async () => {
  const response = await web.request('/sw.js?language=fr')
  const worker = await response.text()
  expect(() => new Function(worker)).not.toThrow()
  expect(response.headers.get('content-type')).toContain('text/javascript')
  expect(response.headers.get('cache-control')).toBe('no-cache')
  expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; connect-src 'self'")
  expect(worker).toContain('"/offline?language=fr"')
  const version = versionIn(worker)
  expect(version).toMatch(/^[\w-]{22}$/)
  expect(versionIn(await text('/sw.js?language=fr'))).toBe(version)
  expect(versionIn(await text('/sw.js?language=de'))).not.toBe(version)
  await web.db.updateTable('newsletters').set({ name: 'The Evening' }).execute()
  const later = createTestApp({ ...web.context })
  expect(versionIn(await (await later.request('/sw.js?language=fr')).text())).not.toBe(version)
})

it('pages may have no other worker', async () => {
  for (const path of ['/', '/archive', '/my-link', '/nothing'])
    expect((await web.request(path)).headers.get('content-security-policy')).toContain("worker-src 'self'")
})

it('pages name the sender where the database does not say what the site is called', async () => {
  const broken = { ...web.context, db: web.db.withSchema('nowhere'), memory: {} }
  const page = await (await createTestApp(broken as typeof web.context).request('/nothing')).text()
  expect(page).toContain('- Newsmatro</title>')
})
