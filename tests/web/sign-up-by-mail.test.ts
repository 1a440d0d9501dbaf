import { describe, expect, it } from 'vitest'
import { aReader } from '../support/factories.ts'
import { days, domain, mailSite, minutes } from '../support/mail-site.ts'

const site = mailSite()
const { write, subscriptionOf, outcomes, consents, newest, mails, change } = site

describe('subscribing', () => {
  it('takes a mail, a reply to the confirmation, and no browser', async () => {
    await write({ to: `subscribe@${domain}`, from: 'Ada <Ada@Reader.example>', subject: 'subscribe' })
    const confirmation = await newest()
    expect(confirmation).toMatchObject({ to: ['Ada@reader.example'] })
    expect(confirmation?.reply_to[0]).toMatch(/^confirm\+/)
    expect(confirmation?.text?.replace(/\s+/g, ' ')).toContain('You can also reply to this mail with the word yes.')
    const reply = { to: confirmation?.reply_to[0] ?? '' }
    await write({ ...reply, text: 'Who are you? Stop writing to me' })
    await write({ ...reply, text: 'I am out of the office until 3 January.' })
    expect((await subscriptionOf(1)).state).toBe('pending')
    expect(await mails()).toHaveLength(1)
    await write({ ...reply, text: 'Yes please\n\nAda' })
    expect((await subscriptionOf(1)).state).toBe('active')
    const welcome = await newest()
    expect(welcome).toMatchObject({ subject: 'Welcome to Newsmatro', to: ['Ada@reader.example'] })
    expect(welcome?.reply_to[0]).toMatch(/^reply\+/)
    expect(welcome?.text).toContain('Or reply to this mail with one of')
    expect(await consents()).toEqual(['requested mail', 'confirmation_sent service', 'confirmed mail'])
    await write({ ...reply, text: 'yes' })
    expect(await mails()).toHaveLength(2)
    await write({ ...reply, text: 'stop' })
    expect(await subscriptionOf(1)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
  })

  it('is dropped while sign-ups are stopped, and the stop lasts', async () => {
    change({ config: { ...site.context.config, confirmationsPerHour: 1 } })
    for (const from of ['bea@reader.example', 'cem@reader.example']) await write({ to: `subscribe@${domain}`, from })
    expect(await outcomes()).toEqual(['asked to confirm', 'refused: unavailable'])
    const stops = await site.db.selectFrom('confirmation_stop').select('stopped_until').execute()
    expect(stops).toEqual([{ stopped_until: minutes(60) }])
  })

  it('leaves the form open to everyone, however many mails come', async () => {
    change({ config: { ...site.context.config, confirmationsPerHour: 125 } })
    for (let index = 0; index < 30; index++)
      await write({ to: `subscribe@${domain}`, from: `r${index}@reader.example` })
    expect(await mails()).toHaveLength(25)
    expect((await outcomes()).slice(24, 27)).toEqual([
      'asked to confirm',
      'refused: too_many_requests',
      'refused: too_many_requests',
    ])
    const body = JSON.stringify({ email: 'ada@reader.example' })
    const asked = await site.request('/subscribe', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(asked.status).toBe(202)
    expect(await mails()).toHaveLength(26)
  })

  it('that was confirmed takes what a digest takes, as a reply to the mail that asked', async () => {
    await write({ to: `subscribe@${domain}`, from: 'ada@reader.example' })
    const to = (await newest())?.reply_to[0] ?? ''
    await write({ to, text: 'yes' })
    await write({ to, text: 'weekly' })
    expect(await subscriptionOf(1)).toMatchObject({ state: 'active', frequency: 'weekly' })
    expect(await newest()).toMatchObject({ subject: 'Your digest now comes once a week, on Monday' })
    await write({ to, text: 'stop' })
    expect(await newest()).toMatchObject({ subject: 'You are unsubscribed' })
  })

  it('may be declined by a reply, and is silent to whoever waited too long', async () => {
    await write({ to: `subscribe+newsmatro@${domain}` })
    const to = (await newest())?.reply_to[0] ?? ''
    await write({ to, text: 'No!' })
    expect(await subscriptionOf(1)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
    await write({ to, text: 'yes' })
    expect((await subscriptionOf(1)).state).toBe('ended')
    site.context.clock.set(days(2))
    await write({ to: `subscribe@${domain}` })
    const later = (await newest())?.reply_to[0] ?? ''
    expect(later).not.toBe(to)
    site.context.clock.set(days(6))
    await write({ to: later, text: 'yes' })
    expect((await subscriptionOf(1)).state).toBe('pending')
    expect(await mails()).toHaveLength(2)
  })

  it('keeps to the limits of the form, and is as silent', async () => {
    for (let time = 0; time < 3; time++) await write({ to: `subscribe@${domain}` })
    expect(await mails()).toHaveLength(1)
    await aReader(site.db, { email: 'bea@reader.example' })
    await write({ to: `subscribe@${domain}`, from: 'bea@reader.example' })
    await write({ to: `subscribe+nothing@${domain}`, from: 'cem@reader.example' })
    expect((await mails()).slice(1).map(({ to, subject }) => [...to, subject])).toEqual([
      ['bea@reader.example', 'You already get Newsmatro'],
    ])
    expect((await outcomes()).at(-1)).toBe('refused: invalid_input')
  })
})
