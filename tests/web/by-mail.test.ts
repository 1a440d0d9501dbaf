import { describe, expect, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimTransactional } from '../../src/delivery/claim-batch.ts'
import { monday } from '../support/context.ts'
import { aReader } from '../support/factories.ts'
import { domain, mailSite, minutes } from '../support/mail-site.ts'

const site = mailSite()
const { write, addressFor, subscriptionOf, inboundMails, outcomes, consents, newest, aDigest, mails, request, change } =
  site

describe('a digest', () => {
  it('tells mail programs all that they may want to know', async () => {
    const { subscriptionId, mail } = await aDigest()
    const { headers } = mail
    const unsubscribe = /<https:\/\/digest\.example\/unsubscribe\/[\w.-]+>/.exec(mail.headers['List-Unsubscribe'] ?? '')
    expect(headers).toEqual({
      'List-Id': 'Newsmatro <newsmatro.list-id.newsmatro.example>',
      'List-Unsubscribe': `<mailto:${addressFor('unsubscribe', subscriptionId)}?subject=unsubscribe>, ${unsubscribe?.[0]}`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Help': expect.stringMatching(
        /^<https:\/\/digest\.example\/preferences\/[\w.-]+>, <mailto:reply\+[0-9a-z-]+@reply\.newsmatro\.example\?subject=help>$/,
      ),
      'List-Subscribe': `<https://digest.example/>, <mailto:subscribe+newsmatro@${domain}?subject=subscribe>`,
      'List-Owner': '<mailto:digest@newsmatro.example>',
      'List-Archive': '<https://digest.example/archive?newsletter=newsmatro>',
      'List-Post': 'NO',
      'Auto-Submitted': 'auto-generated',
      'Feedback-ID': '20261123:daily:digest-newsmatro:newsmatroexampl',
    })
    expect(mail.reply_to).toEqual([addressFor('reply', subscriptionId)])
    expect(mail.text).toContain('Or reply to this mail with one of: weekly')
    for (const value of Object.values(headers)) expect(value).not.toMatch(/[\r\n]/)
  })

  it('says nothing of mail where none is received', async () => {
    change({ config: { ...site.context.config, inboundDomain: undefined } })
    const { mail } = await aDigest()
    expect(JSON.stringify(mail.headers)).not.toContain(domain)
    expect(mail.headers['List-Unsubscribe']).toMatch(/^<https:[^>]+>$/)
    expect(mail.reply_to).toEqual(['digest@newsmatro.example'])
    expect(mail.text).not.toContain('reply to this mail')
    await write({ to: addressFor('unsubscribe', 1) })
    expect(await inboundMails()).toEqual([])
  })
})

it('comes, like its answers, under the newsletter’s name where MAIL_FROM has none', async () => {
  change({ config: { ...site.context.config, mailFrom: 'digest@newsmatro.example' } })
  const { mail } = await aDigest()
  await write({ to: mail.reply_to[0] ?? '', text: 'help' })
  expect((await mails()).map(({ from }) => from)).toEqual(Array(2).fill('Newsmatro <digest@newsmatro.example>'))
})

describe('a reply to a digest', () => {
  it('changes how often it comes, and is answered to the address that is known, with what was done', async () => {
    const { subscriptionId, mail } = await aDigest()
    await write({
      from: 'Ada at work <someone.else@work.example>',
      to: mail.reply_to[0] ?? '',
      text: 'weekly\n\nOn Mon, News <digest@newsmatro.example> wrote:\n> stop',
      headers: { 'Message-ID': '<abc@work.example>', References: '<first@resend.example>' },
    })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly', state: 'active' })
    const answer = await newest()
    expect(answer).toMatchObject({
      to: ['ada@reader.example'],
      subject: 'Your digest now comes once a week, on Monday',
      reply_to: mail.reply_to,
      headers: {
        'Auto-Submitted': 'auto-replied',
        'In-Reply-To': '<abc@work.example>',
        References: '<first@resend.example> <abc@work.example>',
        'List-Id': 'Newsmatro <newsmatro.list-id.newsmatro.example>',
      },
    })
    expect(answer?.text).toContain('The next one comes on Monday 30 November, at 06:00 UTC, if there is news.')
    expect(answer?.html).toMatch(/<p class=[^>]*>Newsmatro</)
    const undo =
      /https:\/\/digest\.example(\/preferences\/\S+\?frequency=daily&weekday=1)/.exec(answer?.text ?? '')?.[1] ?? ''
    expect((await request(undo)).status).toBe(200)
    expect(await consents()).toEqual(['preferences_changed mail'])
    expect(await outcomes()).toEqual(['frequency'])
  })

  it.each([
    ['daily', { frequency: 'daily' }, 'Your digest now comes every day'],
    ['weekdays', { frequency: 'weekdays' }, 'Your digest now comes on weekdays'],
    ['weekly on friday', { frequency: 'weekly', weekday: 5 }, 'Your digest now comes once a week, on Friday'],
    ['pause 2 weeks', { paused_until: '2026-12-07' }, 'Your digest is paused'],
    ['pause until 24 December', { paused_until: '2026-12-24' }, 'Your digest is paused'],
    ['stop', { state: 'ended', ended_reason: 'unsubscribed' }, 'You are unsubscribed'],
    ['help', { state: 'active' }, 'What you can do by mail'],
    ['No', { state: 'active' }, 'Nothing was changed'],
    ['What a fine story!', { state: 'active' }, 'Nothing was changed'],
    ['pause until 2 January 2029', { paused_until: null }, 'Nothing was changed'],
  ])('%s', async (text, row, subject) => {
    const { subscriptionId } = await aReader(site.db, { email: 'ada@reader.example' })
    await write({ to: addressFor('reply', subscriptionId), text })
    expect(await subscriptionOf(subscriptionId)).toMatchObject(row)
    expect(await newest()).toMatchObject({ subject, to: ['ada@reader.example'] })
  })

  it('may come in any case, as HTML alone, or with the wish as its subject', async () => {
    const { subscriptionId } = await aReader(site.db)
    const to = addressFor('reply', subscriptionId)
    await write({ to: to.toUpperCase(), html: '<p>Weekly</p>' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })
    await write({ to: `News <${to}>`, subject: 'daily' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
  })

  it('ends a pause, and says so to whoever is not subscribed', async () => {
    const { subscriptionId } = await aReader(site.db, { paused_until: '2026-12-24' })
    const to = addressFor('reply', subscriptionId)
    await write({ to, text: 'resume' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ paused_until: null })
    const undoOf = (text?: string | null) => /\/preferences\/\S+\?\S+/.exec(text ?? '')?.[0] ?? ''
    expect(await (await request(undoOf((await newest())?.text))).text()).toContain('value="2026-12-24"')
    await write({ to, text: 'resume' })
    expect(undoOf((await newest())?.text)).toBe('')
    await write({ to, text: 'stop' })
    const [preferences = ''] = /\/preferences\/[A-Za-z0-9_.-]+/.exec((await newest())?.text ?? '') ?? []
    await write({ to, text: 'weekly' })
    expect(await newest()).toMatchObject({ subject: 'You are not subscribed' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended', frequency: 'daily' })
    // The way back is a button behind the link of the answer.
    const page = await (await request(preferences)).text()
    const [, undo = ''] = /action="(\/undo\/[^"]+)"/.exec(page) ?? []
    expect((await request(undo, { method: 'POST' })).status).toBe(200)
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active', frequency: 'daily' })
  })

  it('that is not understood is answered once an hour, three times a day', async () => {
    const { subscriptionId } = await aReader(site.db)
    const times = [0, 59, 61, 122, 183, 24 * 60 + 1]
    const counts: number[] = []
    for (const time of times) {
      site.context.clock.set(minutes(time))
      await write({ to: addressFor('reply', subscriptionId), text: 'I am out.' })
      counts.push((await mails()).length)
    }
    expect(counts).toEqual([1, 1, 2, 3, 3, 4])
  })

  it('is answered ten times a day at most, and still has its effect', async () => {
    const { subscriptionId } = await aReader(site.db)
    for (let time = 0; time < 6; time++) {
      await write({ to: addressFor('reply', subscriptionId), text: 'daily' })
      await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    }
    expect(await mails()).toHaveLength(10)
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })
  })

  it('is not answered to a suppressed address, nor to one that was suppressed after the answer was written', async () => {
    const { subscriptionId, email } = await aReader(site.db)
    const suppress = () =>
      site.db.insertInto('suppressions').values({ email_key: email, reason: 'manual', created_at: monday }).execute()
    await suppress()
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    expect(await mails()).toEqual([])
    const messages = await site.db.selectFrom('messages').select(['kind', 'state', 'reason']).execute()
    expect(messages).toEqual([{ kind: 'answer', state: 'canceled', reason: 'suppressed' }])
    await site.db.deleteFrom('suppressions').execute()
    await site.db.updateTable('messages').set({ state: 'pending', settled_at: null, reason: null }).execute()
    // After the claim, before the begin.
    const claim = await claimTransactional(site.context)
    await suppress()
    if (!claim.batch) throw new Error('nothing was claimed')
    expect(await beginBatch(site.context, claim.batch)).toBe('consent changed')
  })
})

describe('the address in List-Unsubscribe', () => {
  it('unsubscribes, whoever sends the mail and whatever it says, without an answer or a look at the mail', async () => {
    const { subscriptionId, mail } = await aDigest()
    const to = /<mailto:([^?>]+)\?/.exec(mail.headers['List-Unsubscribe'] ?? '')?.[1] ?? ''
    // The mail cannot be fetched now.
    change({ config: { ...site.context.config, resend: { apiKey: 're_test', baseUrl: 'http://127.0.0.1:9' } } })
    await write({ to, headers: { 'Auto-Submitted': 'auto-generated' } })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
    expect(await consents()).toEqual(['unsubscribed_one_click mail'])
    await write({ to })
    expect(await outcomes()).toEqual(['unsubscribed', 'unsubscribed'])
    expect(await consents()).toHaveLength(1)
    const messages = await site.db.selectFrom('messages').select('kind').execute()
    expect(messages).toEqual([{ kind: 'digest' }])
  })

  it('is stronger than another in the same mail', async () => {
    const { subscriptionId } = await aReader(site.db)
    await write({
      to: `${addressFor('reply', subscriptionId)}, ${addressFor('unsubscribe', subscriptionId)}`,
      text: 'weekly',
    })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended' })
  })
})
