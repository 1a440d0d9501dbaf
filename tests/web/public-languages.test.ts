// The pages that anybody may see, in the visitor's language: the browser's, or the one that a link names.
import { describe, expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { consentText } from '../../src/subscriptions/consent.ts'
import { catalogues, type Language, languages, messagesFor } from '../../src/subscriptions/languages.ts'
import { at } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { form, hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const others = languages.filter((language) => language !== 'en')
const inBrowser = (language?: string) => (language === undefined ? {} : { headers: { 'accept-language': language } })
const see = async (path: string, language?: string) => plain(await (await site.visit(path, inBrowser(language))).text())
const json = (path: string, body: object, headers: Record<string, string> = {}) =>
  site.visit(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const plain = (page: string) =>
  page
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/[^\S\u00a0\u202f]+/g, ' ')
const signUpEvents = async () =>
  site.db
    .selectFrom('consent_events as e')
    .innerJoin('consent_texts as t', 't.hash', 'e.consent_text_hash')
    .innerJoin('subscriptions as s', 's.id', 'e.subscription_id')
    .select(['t.body', 's.language'])
    .orderBy('e.id')
    .execute()

async function publish(): Promise<string> {
  await aReader(site.db)
  await anArticle(site.db, { title: 'A river moves', topics: ['climate'], firstSeenAt: hours(-3) })
  site.context.clock.set(hours(0))
  await planDigests(site.context, at(hours(0)))
  await site.send()
  await publishDigests(site.context, { signal: new AbortController().signal })
  const [digest] = await site.db.selectFrom('public_digests').select('digest_id').execute()
  return `/archive/${digest?.digest_id}`
}

describe('what anybody may see', () => {
  it('is in the language of the browser, and says so to caches', async () => {
    const digest = await publish()
    for (const language of languages) {
      const { site: said, page, choices, link } = messagesFor(language)
      const texts: [string, string[]][] = [
        ['/', [said.front.headline, said.front.lede, said.front.trust, said.front.newest, choices.howOften]],
        ['/archive', [said.archive.intro, said.archive.from, said.archive.search, page.archive]],
        ['/archive?from=2026-12-01&to=2026-11-01', [messagesFor(language).problems.lastBeforeFirst]],
        ['/archive?q=nothing', [said.archive.nothingFound]],
        [digest, [said.archive.thatDay({ newsletter: 'Newsmatro' }), said.archive.allDigests]],
        ['/privacy', [said.privacy.lede, said.privacy.data.triesWhy, said.privacy.responsible]],
        ['/embed', [said.embed.title, said.embed.wording, consentText('Newsmatro', language)]],
        ['/my-link', [link.lostMore]],
      ]
      for (const [path, expected] of texts) {
        const response = await site.visit(path, inBrowser(`${language}-XX, en;q=0.1`))
        const { headers } = response
        expect([headers.get('content-language'), headers.get('vary')], path).toEqual([language, 'accept-language'])
        const text = plain(await response.text())
        expect(text).toContain(language === 'ar' ? '<html lang="ar" dir="rtl">' : `<html lang="${language}">`)
        for (const words of expected) expect(text, `${path} in ${language}`).toContain(words)
        if (path.startsWith('/archive/')) expect(text).toContain('<article class="edition" lang="en" dir="ltr">')
        if (path === '/archive' && language !== 'en') expect(text).toContain('<h2 lang="en" dir="auto">')
      }
    }
  })

  it.each(others)('is not left in English in %s', async (language) => {
    const digest = await publish()
    const english = [catalogues.en.site, catalogues.en.page, catalogues.en.choices].flatMap(sentences)
    expect(english.length).toBeGreaterThan(90)
    for (const path of ['/', '/archive', digest, '/privacy', '/embed', '/offline']) {
      const text = await see(path, language)
      for (const words of english) expect(text, path).not.toMatch(new RegExp(`>\\s*${escaped(words)}\\s*<`))
    }
  })

  it('is in the language that a link names, which the links on the page keep', async () => {
    for (const path of ['/', '/archive', '/privacy']) {
      const text = await see(`${path}?language=ar`, 'de')
      expect(text).toContain('<html lang="ar" dir="rtl">')
      const links = [...text.matchAll(/<a href="(\/[^"]*)"/g)].map(([, to]) => to ?? '')
      expect(links.length).toBeGreaterThan(5)
      for (const to of links.filter((one) => !one.startsWith('/archive/feed'))) expect(to).toMatch(/[?&]language=/)
      expect(text).toContain(`<link rel="canonical" href="https://digest.example${path}?language=ar">`)
    }
    expect(await see('/archive?language=ar')).toContain('<input type="hidden" name="language" value="ar"')
    expect(await see('/nothing?language=fr', 'de')).toContain('<a href="/?language=fr">')
    expect((await site.visit('/subscribe?language=fr')).headers.get('location')).toBe('/?language=fr')
  })

  it('can be had in every language from every page, and search engines are told', async () => {
    for (const path of ['/', '/archive?q=river', '/privacy']) {
      const text = await see(path, 'fr')
      const query = path.includes('?') ? '&' : '?'
      for (const language of languages) {
        const { name } = catalogues[language]
        const to = `${path}${query}language=${language}`
        if (language === 'fr') expect(text).toContain(`<span lang="fr" aria-current="true">${name}</span>`)
        else expect(text).toContain(`<a href="${to}" hreflang="${language}" lang="${language}">${name}</a>`)
        expect(text).toContain(`<link rel="alternate" hreflang="${language}" href="https://digest.example${to}">`)
      }
      expect(text).toContain(`hreflang="x-default" href="https://digest.example${path}"`)
      expect(text).toContain(`<link rel="canonical" href="https://digest.example${path}">`)
    }
    const sitemap = await site.text('/sitemap.xml')
    expect(sitemap).toContain('hreflang="ar" href="https://digest.example/privacy?language=ar"/>')
    expect(await see('/?language=tlh', 'de')).toContain('<html lang="de">')
  })

  it('is in the newsletter’s language for who asks for none of ours', async () => {
    await site.db.updateTable('newsletters').set({ language: 'es' }).execute()
    for (const path of ['/', '/archive', '/privacy', '/nothing', '/my-link'])
      expect(await see(path, 'ja'), path).toContain('<html lang="es">')
  })
})

/** Those long enough not to be met by chance. */
function sentences(written: unknown): string[] {
  if (typeof written === 'string') return written.includes('{') || written.length < 8 ? [] : [written]
  return Object.values(written as object).flatMap(sentences)
}
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

describe('the name of the site', () => {
  it('is the publisher’s, on the pages of nobody in particular, too', async () => {
    await site.db.updateTable('newsletters').set({ name: 'The Evening' }).execute()
    for (const path of ['/nothing', '/archive/999', '/confirm/none', '/my-link', '/archive?from=never', '/offline']) {
      const text = await see(path)
      expect(text, path).toMatch(/<title>[^<]* - The Evening<\/title>/)
      expect(text.replace(site.context.config.postalAddress, ''), path).not.toContain('Newsmatro')
    }
    const refused = await (await site.post('/subscribe', { email: 'x'.repeat(70_000) })).text()
    expect(refused).toContain('- The Evening</title>')
  })
})

describe('the words of consent that are kept', () => {
  /** What a browser sends of the form on a page. */
  const sent = (text: string) => {
    const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    return Object.fromEntries(hidden.map(([, name, value]) => [name, value] as const)) as Record<string, string>
  }

  it.each(languages)('are those that were read: on the front page in %s', async (language) => {
    const text = await see('/', language)
    // Whoever presses the button may have another browser by then: what counts is what the page said.
    await site.visit('/subscribe', { ...form({ ...sent(text), email: 'ada@reader.example' }), ...inBrowser('en') })
    const [kept] = await signUpEvents()
    expect(kept?.language).toBe(language)
    expect(text).toContain(kept?.body)
    expect(kept?.body).toBe(consentText('Newsmatro', language))
  })

  it('are those that were read: in the form to copy, and in the script’s', async () => {
    const copied = plain(await see('/embed', 'fr'))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
    expect(copied).toContain('<script src="https://digest.example/embed.js?language=fr" async>')
    const script = await site.text('/embed.js?language=ar')
    await site.post('/subscribe', { ...sent(copied), email: 'ada@reader.example' })
    await json('/subscribe?language=ar', { email: 'bo@reader.example', language: 'ar' })
    const [inForm, inScript] = await signUpEvents()
    expect(copied).toContain(`<p>${inForm?.body}</p>`)
    expect(script).toContain(JSON.stringify(inScript?.body))
    expect([inForm?.language, inScript?.language]).toEqual(['fr', 'ar'])
  })

  it('are English for a form of before that names no language, and those of the form where readers choose theirs', async () => {
    await site.visit('/subscribe', { ...form({ email: 'ada@reader.example' }), ...inBrowser('de') })
    await site.post('/subscribe', { email: 'bo@reader.example', language: 'de', wording: 'es' })
    const say = (language: Language) => consentText('Newsmatro', language)
    expect(await signUpEvents()).toEqual([
      { body: say('en'), language: 'de' },
      { body: say('es'), language: 'de' },
    ])
  })

  it('are shown again in the form’s language where something was wrong with it', async () => {
    const response = await site.visit('/subscribe', {
      ...form({ email: 'ada@', language: 'fr', hour: '77' }),
      ...inBrowser('de'),
    })
    const text = plain(await response.text())
    expect([response.status, response.headers.get('content-language')]).toEqual([422, 'fr'])
    expect(text).toContain(consentText('Newsmatro', 'fr'))
    expect(text).toContain('<input type="hidden" name="language" value="fr"')
    for (const words of ['notAddress', 'hour'] as const) expect(text).toContain(messagesFor('fr').problems[words])
  })
})

describe('an answer to a script', () => {
  it('is in the language that its address names, for it is shown to a person; otherwise in English', async () => {
    const asked = async (query: string, body: object) => {
      const response = await json(`/subscribe${query}`, body, { 'accept-language': 'fr' })
      return { language: response.headers.get('content-language'), ...((await response.json()) as object) }
    }
    const { signUp, problems, refusals } = messagesFor('de')
    expect(await asked('?language=de', { email: 'ada@reader.example' })).toEqual({
      language: 'de',
      message: signUp.mailed,
    })
    expect(await asked('?language=de', { email: 'ada' })).toMatchObject({
      title: refusals.invalid_input,
      detail: problems.notAddress,
      errors: [{ pointer: '#/email', detail: problems.notAddress }],
    })
    expect(await asked('', { email: 'ada' })).toMatchObject({
      language: 'en',
      detail: catalogues.en.problems.notAddress,
    })
  })
})
