// The reader's language: asked for, chosen, and spoken.
import { describe, expect, it } from 'vitest'
import { aReader } from '../support/factories.ts'
import { form, readerSite } from '../support/reader-site.ts'

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
