import { describe, expect, it } from 'vitest'
import { aReader } from '../support/factories.ts'
import { domain, mailSite } from '../support/mail-site.ts'

const site = mailSite()
const { write, addressFor, subscriptionOf, outcomes, newest, mails } = site

describe('what machines send', () => {
  it.each([
    ['an out-of-office notice', { headers: { 'Auto-Submitted': 'auto-replied' } }],
    ['an out-of-office notice with a comment', { headers: { 'auto-submitted': 'auto-generated (rejected)' } }],
    ['one that says so in its subject alone', { subject: 'Automatic reply: Today' }],
    ['Exchange', { headers: { 'X-Auto-Response-Suppress': 'All' }, text: 'weekly' }],
    ['bulk', { headers: { Precedence: 'bulk' }, text: 'help' }],
    ['a list', { headers: { 'List-Id': 'Friends <friends.example>' } }],
    ['a bounce', { headers: { 'Return-Path': '<>' } }],
    ['a report', { headers: { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' } }],
    ['a mail server', { from: 'Mail Delivery Subsystem <MAILER-DAEMON@reader.example>' }],
    ['nobody', { from: 'no-reply@reader.example' }],
    ['a newsletter', { headers: { 'List-Unsubscribe': '<https://x.example>' } }],
    ['ourselves', { from: 'Newsmatro <digest@newsmatro.example>' }],
    ['our own addresses', { from: `subscribe@${domain}` }],
  ])('changes nothing and is not answered: %s', async (_, mail) => {
    const { subscriptionId } = await aReader(site.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'stop', ...mail })
    await write({ to: `subscribe@${domain}`, ...mail })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active' })
    expect(await mails()).toEqual([])
    for (const outcome of await outcomes()) expect(outcome).toMatch(/^ignored: /)
  })

  it.each([{ 'X-Auto-Response-Suppress': 'All' }, { Precedence: 'bulk' }])(
    'lets a reader go whose mail a gateway made look like one: %o',
    async (headers) => {
      const { subscriptionId } = await aReader(site.db)
      const to = addressFor('reply', subscriptionId)
      await write({ to, text: 'I am away until Monday. Do not stop.', headers })
      expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active' })
      await write({ to, text: 'Stop', headers })
      expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
      expect(await mails()).toEqual([])
    },
  )

  it('ends when two such services write to each other', async () => {
    const { subscriptionId } = await aReader(site.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'help' })
    const answer = await newest()
    await write({ to: answer?.reply_to[0] ?? '', text: answer?.text ?? '', headers: answer?.headers ?? {} })
    expect(await mails()).toHaveLength(1)
  })

  it('is believed to be from a person when it says "no"', async () => {
    const { subscriptionId } = await aReader(site.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'stop', headers: { 'Auto-Submitted': 'no' } })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended' })
  })
})
