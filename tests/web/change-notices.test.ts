import { describe, expect, it } from 'vitest'
import { putAside, writeChangeNotices } from '../../src/subscriptions/change-notices.ts'
import { aReader, aTopic } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const minutes = (number: number) => hours(number / 60)
const pathOf = ({ subscriptionId }: { subscriptionId: number }) =>
  `/preferences/${site.token('preferences', subscriptionId)}`

/** What the job does at that time. */
async function tick(time: Date): Promise<void> {
  site.context.clock.set(time)
  await writeChangeNotices(site.context, { signal: new AbortController().signal })
  await site.send()
}
const textOf = (mail: { readonly text: string | null } | undefined) => mail?.text?.replace(/\s+/g, ' ')

describe('a change on the page', () => {
  it('is mailed some minutes later, once for all that was changed meanwhile, as it is then', async () => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    expect(await site.messages()).toEqual([])
    site.context.clock.set(minutes(2))
    await site.post(pathOf(reader), { frequency: 'weekly', weekday: '5' })
    await tick(minutes(4))
    expect(await site.mails()).toEqual([])
    await tick(minutes(5))
    await tick(minutes(6))
    const [mail, ...more] = await site.mails()
    expect(more).toEqual([])
    expect(mail).toMatchObject({ to: [reader.email], subject: 'Your settings for Newsmatro have changed' })
    expect(textOf(mail)).toContain('* Once a week, on Friday * About every topic * The next one')
    expect(textOf(mail)).toContain('Friday 27 November, at 09:00 UTC')
    expect((await site.visit(await site.link('preferences'))).status).toBe(200)
  })

  it('is mailed once in 24 hours, and what was changed within them after that', async () => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    await tick(hours(1))
    await site.post(pathOf(reader), { hour: '10' })
    await tick(hours(2))
    await tick(hours(24.9))
    expect(await site.mails()).toHaveLength(1)
    await tick(hours(25))
    expect((await site.mails()).map(({ text }) => /at (\d+):00/.exec(text ?? '')?.[1])).toEqual(['09', '10'])
    await tick(hours(60))
    expect(await site.mails()).toHaveLength(2)
  })

  it('that changes nothing is not mailed', async () => {
    await aTopic(site.db, 'sport')
    const reader = await aReader(site.db, { topics: ['climate'] })
    await site.post(pathOf(reader), {
      frequency: 'daily',
      hour: '6',
      timeZone: 'UTC',
      topics: ['climate'],
      pauseUntil: '',
    })
    await tick(hours(1))
    expect(await site.mails()).toEqual([])
  })

  it('of a pause says until when, in the reader’s language, with the way to end it', async () => {
    const reader = await aReader(site.db, { language: 'de', topics: ['climate', 'sport'] })
    await site.post(pathOf(reader), { pauseUntil: '2026-12-24' })
    await tick(hours(1))
    const [mail] = await site.mails()
    expect(mail?.subject).toBe('Pause bis Donnerstag, 24. Dezember 2026: Newsmatro')
    expect(textOf(mail)).toContain('Zu Climate und Sport')
    const [link = ''] = /\/preferences\/\S+\?pauseDays=0/.exec(mail?.text ?? '') ?? []
    expect(await site.text(link)).toMatch(/name="pauseUntil" value=""/)
    expect((await site.subscriptions())[0]).toMatchObject({ paused_until: '2026-12-24' })
    await site.post(link.replace(/\?.*/, ''), { pauseUntil: '' })
    expect((await site.subscriptions())[0]).toMatchObject({ paused_until: null })
  })

  it('waits while the one before has not gone', async () => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    site.context.clock.set(hours(1))
    await writeChangeNotices(site.context, { signal: new AbortController().signal })
    await site.post(pathOf(reader), { hour: '10' })
    site.context.clock.set(hours(30))
    await writeChangeNotices(site.context, { signal: new AbortController().signal })
    expect(await site.messages()).toHaveLength(1)
    await site.send()
    await tick(hours(31))
    expect(await site.mails()).toHaveLength(1)
    await tick(hours(54))
    expect(await site.mails()).toHaveLength(2)
  })

  it.each([
    ['who leaves before it is written', 'unsubscribe', 1],
    ['who is erased', 'erase', 1],
    ['a suppressed address', 'suppress', 1],
    ['who leaves before it begins', 'unsubscribe', 5],
  ] as const)('is not mailed to %s', async (_, what, minute) => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    site.context.clock.set(minutes(minute))
    await writeChangeNotices(site.context, { signal: new AbortController().signal })
    if (what === 'erase') await site.post(`${pathOf(reader)}/erase`)
    else if (what === 'unsubscribe') await site.post(`/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`)
    else {
      const suppression = { email_key: reader.email, reason: 'manual', created_at: hours(0) } as const
      await site.db.insertInto('suppressions').values(suppression).execute()
    }
    await tick(hours(1))
    await tick(hours(25)) // leaving cannot be undone any more
    expect(await site.mails()).toEqual([])
    const notices = await site.db.selectFrom('change_notices').select('due_at').execute()
    expect(notices.filter(({ due_at }) => due_at !== null)).toEqual([])
  })

  it.each([
    ['was written', 5, 5],
    ['would have been written', 1, 5],
    ['was never due', 1, 1],
  ])('is mailed to who leaves, and takes that back, when it %s', async (_, left, undone) => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    const write = async (minute: number) => {
      site.context.clock.set(minutes(minute))
      await writeChangeNotices(site.context, { signal: new AbortController().signal })
    }
    await write(left)
    const path = `/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`
    const page = await (await site.post(path, { from: 'page' })).text()
    await write(undone)
    await site.send()
    expect(await site.mails()).toEqual([])
    await site.post(await site.link('undo', page))
    await tick(minutes(6))
    expect((await site.mails()).map(({ subject }) => subject)).toEqual(['Your settings for Newsmatro have changed'])
    await tick(hours(30))
    expect(await site.mails()).toHaveLength(1)
  })

  it('stays owed to who came back just before it would have been put aside', async () => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    site.context.clock.set(minutes(5))
    await putAside(site.context, reader.subscriptionId)
    await tick(minutes(5))
    expect(await site.mails()).toHaveLength(1)
  })

  it('goes to the address that the reader has by then', async () => {
    const reader = await aReader(site.db)
    await site.post(pathOf(reader), { hour: '9' })
    await site.post(`${pathOf(reader)}/address`, { email: 'new@reader.example' })
    const asked = (await site.mails()).find(({ to }) => to[0] === 'new@reader.example')
    site.context.clock.set(minutes(5))
    await writeChangeNotices(site.context, { signal: new AbortController().signal })
    await site.post(await site.link('address', asked?.text ?? ''))
    await tick(hours(1))
    const notice = (await site.mails()).find(({ subject }) => subject.startsWith('Your settings'))
    expect(notice?.to).toEqual(['new@reader.example'])
  })
})
