// The reader's language: asked for, chosen, and spoken.
import { describe, expect, it } from 'vitest'
import { dateInWords, instantInWords } from '../../emails/components/in-words.ts'
import { writeChangeNotices } from '../../src/subscriptions/change-notices.ts'
import { dayInWords, nextDigestInWords, timeInWords } from '../../src/subscriptions/in-words.ts'
import { catalogues, type Language, languages, type Messages, messagesFor } from '../../src/subscriptions/languages.ts'
import { aReader } from '../support/factories.ts'
import { form, hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const languageOf = async () => (await site.subscriptions()).at(-1)?.language
const signUp = (fields: Record<string, string>, accept?: string) =>
  site.visit('/subscribe', { ...form({ email: 'ada@reader.example', ...fields }), headers: accepting(accept) })
const accepting = (accept?: string): Record<string, string> =>
  accept === undefined ? {} : { 'accept-language': accept }

describe('signing up', () => {
  it.each([
    ['fr-CA,fr;q=0.9,en;q=0.8', 'fr', 'Confirmez votre abonnement à '],
    ['ja, de-AT;q=0.5, en;q=0.4', 'de', 'Bitte bestätigen: '],
    ['en;q=0.3, ar;q=0.7', 'ar', 'أكّد اشتراكك في '],
    ['de;q=0, es', 'es', 'Confirme su suscripción a '],
  ])('with a browser that asks for %s is answered by mail in %s', async (accept, language, subject) => {
    await signUp({}, accept)
    expect(await languageOf()).toBe(language)
    const mail = (await site.mails()).at(-1)
    expect(mail?.subject).toContain(subject)
    expect(mail?.html).toContain(`lang="${language}"`)
  })

  it.each([undefined, 'ja', '*', 'not a language', ',;q=', `${'xx,'.repeat(400)}de`])(
    'with a browser that asks for %s is in the language of the newsletter',
    async (accept) => {
      await site.db.updateTable('newsletters').set({ language: 'es' }).execute()
      await signUp({}, accept)
      expect(await languageOf()).toBe('es')
    },
  )

  it('with a language in the form, or of a program, is in that one', async () => {
    await signUp({ language: 'ar' }, 'de')
    expect(await languageOf()).toBe('ar')
    const response = await site.visit('/subscribe', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bo@reader.example', language: 'de-AT' }),
    })
    expect(response.status).toBe(202)
    expect(await languageOf()).toBe('de')
  })

  it('with a language that there is not is refused with a reason', async () => {
    const response = await site.visit('/subscribe', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@reader.example', language: 'tlh' }),
    })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ pointer: '#/language' }] })
    expect(await site.subscriptions()).toEqual([])
  })

  it('changes nothing for who is subscribed', async () => {
    await aReader(site.db, { email: 'ada@reader.example' })
    await signUp({}, 'fr')
    expect(await languageOf()).toBe('en')
  })
})

it('mails in another language than the newsletter’s mark its name', async () => {
  await signUp({ language: 'fr' })
  const { subscriptionId } = await aReader(site.db, { email: 'bo@reader.example', language: 'de' })
  await signUp({ language: 'fr', email: 'bo@reader.example' })
  await aReader(site.db, { email: 'dee@reader.example', language: 'es' })
  await site.post('/my-link', { email: 'dee@reader.example' })
  await site.post(`/preferences/${site.token('preferences', subscriptionId)}/address`, { email: 'cy@reader.example' })
  await site.post(`/preferences/${site.token('preferences', subscriptionId)}`, { hour: '9' })
  site.context.clock.set(hours(1))
  await writeChangeNotices(site.context, { signal: new AbortController().signal })
  await site.send()
  const kinds = (await site.messages()).map(({ kind }) => kind).sort()
  expect(kinds).toEqual([
    ...['address_change', 'address_change_notice', 'already_subscribed', 'confirmation'],
    ...['preferences_changed', 'preferences_link'],
  ])
  const mails = await site.mails()
  expect(mails).toHaveLength(kinds.length)
  for (const { html } of mails) expect(html).toMatch(/<p lang="en"[^>]*>Newsmatro</)
})

describe('a reader', () => {
  const reader = async () => {
    const { subscriptionId } = await aReader(site.db, { email: 'ada@reader.example' })
    return `/preferences/${site.token('preferences', subscriptionId)}`
  }

  it('changes the language, gets the next mail in it, and finds it in what they download', async () => {
    const path = await reader()
    expect((await site.post(path, { language: 'de' })).status).toBe(200)
    expect(await languageOf()).toBe('de')
    await site.post('/my-link', { email: 'ada@reader.example' })
    expect((await site.mails()).at(-1)?.subject).toMatch(/^Ihr Link zu /)
    expect(JSON.parse(await site.text(`${path}/export`)).subscriptions).toMatchObject([{ language: 'de' }])
    const changed = (await site.consent()).at(-1)
    expect(changed).toMatchObject({ kind: 'preferences_changed', details: { language: 'de' } })
  })

  it('keeps their language in another newsletter that they join', async () => {
    const path = await reader()
    await site.post(path, { language: 'fr' })
    await site.db.insertInto('newsletters').values({ slug: 'evening', name: 'Evening', language: 'es' }).execute()
    await site.post(`${path}/join`, { newsletter: 'evening' })
    expect((await site.subscriptions()).map(({ language }) => language)).toEqual(['fr', 'fr'])
  })

  it('cannot choose one that there is not', async () => {
    const path = await reader()
    expect((await site.post(path, { language: 'constructor' })).status).toBe(422)
    expect(await languageOf()).toBe('en')
  })
})

describe('a page', () => {
  const words = Object.values(catalogues.en.preferences).filter((text) => !text.includes('{') && text.length > 9)

  it.each(languages)('of a reader is whole in %s', async (language) => {
    const reader = await aReader(site.db, { email: 'ada@reader.example' })
    await site.db.updateTable('subscriptions').set({ language }).execute()
    await site.db.insertInto('newsletters').values({ slug: 'evening', name: 'Evening', language: 'en' }).execute()
    const path = `/preferences/${site.token('preferences', reader.subscriptionId)}`
    const say = messagesFor(language)
    const expected: [string, string[]][] = [
      [path, [say.preferences.pauseUntil, say.choices.howOften, say.choices.languageHint, say.preferences.alsoFromUs]],
      [`${path}?frequency=weekly`, [say.preferences.filledIn]],
      [`${path}/address`, [say.address.newAddress, say.address.hint]],
      [`${path}/history`, [say.preferences.history, say.page.back]],
      [`${path}/erase`, [say.erase.question, say.erase.stays]],
      [`/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`, [say.leaving.onePress]],
    ]
    for (const [address, texts] of expected) {
      const response = await site.visit(address, { headers: { 'accept-language': 'ja' } })
      const page = plain(await response.text())
      expect(response.headers.get('content-language'), address).toBe(language)
      expect(page).toContain(language === 'ar' ? '<html lang="ar" dir="rtl">' : `<html lang="${language}">`)
      for (const text of texts) expect(page, address).toContain(text)
      if (language === 'en') continue
      for (const text of words) expect(page, address).not.toContain(`>${text}<`)
      expect(page, address).not.toContain('if there is news')
    }
  })

  it('says what was done, and undoes it, in the language of the reader', async () => {
    const reader = await aReader(site.db)
    await site.db.updateTable('subscriptions').set({ language: 'fr' }).execute()
    const say = messagesFor('fr')
    const saved = await site.post(`/preferences/${site.token('preferences', reader.subscriptionId)}`, { hour: '9' })
    expect(plain(await saved.text())).toContain(say.preferences.saved)
    const path = `/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`
    const left = plain(await (await site.post(path, { from: 'page' })).text())
    expect(left).toContain(say.leaving.done)
    const undo = await site.link('undo', left)
    expect(plain(await site.text(undo))).toContain(say.leaving.undoQuestion)
    expect(plain(await (await site.post(undo)).text())).toContain(say.leaving.undoneMore)
    // In the history the words are those that were agreed to.
    const history = plain(await site.text(`/preferences/${site.token('preferences', reader.subscriptionId)}/history`))
    expect(history).toContain(say.history.kinds.unsubscribe_undone)
    expect(history).toContain('Envoyez-moi')
  })

  it('confirms in the language that was asked for', async () => {
    await signUp({}, 'de')
    const path = await site.link('confirm')
    expect(plain(await site.text(path))).toContain(messagesFor('de').signUp.onePress)
    expect(plain(await (await site.post(path)).text())).toContain(messagesFor('de').signUp.first)
  })

  it('says what is wrong with a form in the language of the reader, and tells programs in English', async () => {
    const reader = await aReader(site.db)
    await site.db.updateTable('subscriptions').set({ language: 'es' }).execute()
    const path = `/preferences/${site.token('preferences', reader.subscriptionId)}`
    const { problems, page, preferences } = messagesFor('es')
    const refused = await site.post(path, { hour: '77', pauseUntil: '1999-01-01', language: 'de' })
    expect(refused.status).toBe(422)
    const text = plain(await refused.text())
    for (const said of [page.checkForm, preferences.notSaved, problems.hour]) expect(text).toContain(said)
    expect(text).toMatch(/value="de" selected/)
    expect(plain(await (await site.post(path, { pauseUntil: '1999-01-01' })).text())).toContain(problems.pauseInPast)
    expect(plain(await (await site.post(`${path}/address`, { email: 'ada' })).text())).toContain(problems.notAddress)
    const program = await site.visit(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': 'es' },
      body: '{"hour":77}',
    })
    expect(await program.json()).toMatchObject({ detail: catalogues.en.problems.hour })
  })

  it.each([
    ['/nothing-here', 404, (say: Messages) => [say.refusals.noPage, say.problems.noPage, say.page.toFront]],
    ['/preferences/nonsense', 404, (say: Messages) => [say.link.bad, say.problems.badLink, say.link.mailMe]],
    [`/confirm/${'a'.repeat(43)}`, 404, (say: Messages) => [say.problems.badConfirmation]],
    ['/my-link', 200, (say: Messages) => [say.link.lost, say.link.lostMore]],
  ] as const)('at %s that is nobody’s is in the language of the browser', async (path, status, texts) => {
    for (const language of languages) {
      const response = await site.visit(path, { headers: { 'accept-language': `${language}-XX,en;q=0.1` } })
      expect(response.status).toBe(status)
      expect(response.headers.get('vary')).toBe('accept-language')
      const page = plain(await response.text())
      expect(page).toContain(`<html lang="${language}"`)
      for (const text of texts(messagesFor(language))) expect(page).toContain(text)
    }
    expect(await (await site.visit(path)).text()).toContain('<html lang="en">')
  })

  it('says when to try again, in a plural of the language', async () => {
    const reader = await aReader(site.db)
    const ask = (turn: number) =>
      site.visit(`/preferences/${site.token('preferences', reader.subscriptionId)}/address`, {
        ...form({ email: `new${turn}@reader.example` }),
        headers: accepting('ar'),
      })
    for (let turn = 0; turn < 5; turn++) await ask(turn)
    const refused = await ask(5)
    expect(refused.status).toBe(429)
    expect(plain(await refused.text())).toMatch(/يرجى المحاولة من جديد بعد \S+ (دقائق|دقيقة)/)
  })
})

const plain = (page: string) =>
  page
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/[^\S\u00a0\u202f]+/g, ' ')

it('a reader whose language is one country’s has the times of that country on pages, too', async () => {
  const reader = await aReader(site.db, {
    ...{ language: 'en-US', paused_until: '2027-01-02', next_digest_at: '2027-01-02T06:00:00Z' },
  })
  const page = await site.text(`/preferences/${site.token('preferences', reader.subscriptionId)}`)
  expect(page).toContain('Paused until Saturday, January 2, 2027.')
  expect(page.replaceAll('\u202f', ' ')).toContain('On Saturday, January 2, 2027, at 6:00 AM UTC, if')
})

describe.each(Object.entries(expectedTimes()))('times in %s', (language, expected) => {
  it('are written as the language does, in mails as on pages', () => {
    const now = new Date('2026-11-24T12:00:00Z')
    const next = new Date('2026-11-25T06:00:00Z')
    const told = [
      nextDigestInWords(next, 'Europe/Berlin', now, language),
      nextDigestInWords(new Date('2027-01-02T06:00:00Z'), 'UTC', now, language),
      instantInWords({ at: next, timeZone: 'Europe/Berlin' }, language),
      dayInWords('2026-11-25', '2026', language),
      dateInWords('2026-11-25', language),
      timeInWords(next, 'Europe/Berlin', language),
    ]
    // How narrow the space before AM is depends on the age of the runtime.
    expect(told.map((words) => words.replaceAll('\u202f', ' '))).toEqual(expected)
  })
})

it('times are written in each language', () => {
  expect(Object.keys(expectedTimes())).toEqual(expect.arrayContaining(languages))
})

function expectedTimes(): Record<Language, string[]> & Record<string, string[]> {
  return {
    en: [
      'Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news.',
      'On Saturday 2 January 2027, at 06:00 UTC, if there is news.',
      'Wednesday 25 November, at 07:00 in Berlin',
      'Wednesday 25 November',
      'Wednesday 25 November 2026',
      '25 November 2026 at 07:00',
    ],
    'en-US': [
      'Tomorrow, Wednesday, November 25, at 7:00 AM in Berlin, if there is news.',
      'On Saturday, January 2, 2027, at 6:00 AM UTC, if there is news.',
      'Wednesday, November 25, at 7:00 AM in Berlin',
      'Wednesday, November 25',
      'Wednesday, November 25, 2026',
      'November 25, 2026 at 7:00 AM',
    ],
    de: [
      'Morgen, Mittwoch, 25. November, um 07:00 Uhr in Berlin, wenn es Neues gibt.',
      'Am Samstag, 2. Januar 2027, um 06:00 Uhr UTC, wenn es Neues gibt.',
      'Mittwoch, 25. November, um 07:00 Uhr in Berlin',
      'Mittwoch, 25. November',
      'Mittwoch, 25. November 2026',
      '25. November 2026 um 07:00',
    ],
    fr: [
      'Demain, mercredi 25 novembre, à 07:00 (heure de Berlin), s’il y a du nouveau.',
      'Le samedi 2 janvier 2027 à 06:00 UTC, s’il y a du nouveau.',
      'mercredi 25 novembre à 07:00 (heure de Berlin)',
      'mercredi 25 novembre',
      'mercredi 25 novembre 2026',
      '25 novembre 2026 à 07:00',
    ],
    es: [
      'Mañana, miércoles, 25 de noviembre, 07:00 (hora de Berlin), si hay novedades.',
      'El sábado, 2 de enero de 2027, 06:00 UTC, si hay novedades.',
      'miércoles, 25 de noviembre, 07:00 (hora de Berlin)',
      'miércoles, 25 de noviembre',
      'miércoles, 25 de noviembre de 2026',
      '25 de noviembre de 2026 a las 7:00',
    ],
    ar: [
      'غدًا، الأربعاء، 25 نوفمبر، الساعة 07:00 بتوقيت Berlin، إذا كانت هناك أخبار.',
      'يوم السبت، 2 يناير 2027، الساعة 06:00 UTC، إذا كانت هناك أخبار.',
      'الأربعاء، 25 نوفمبر، الساعة 07:00 بتوقيت Berlin',
      'الأربعاء، 25 نوفمبر',
      'الأربعاء، 25 نوفمبر 2026',
      '25 نوفمبر 2026 في 07:00',
    ],
    // There is no catalogue: English words around an English time.
    ja: [
      'Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news.',
      'On Saturday 2 January 2027, at 06:00 UTC, if there is news.',
      'Wednesday 25 November, at 07:00 in Berlin',
      'Wednesday 25 November',
      '2026年11月25日水曜日',
      '25 November 2026 at 07:00',
    ],
  }
}
