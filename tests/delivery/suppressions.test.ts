import { beforeEach, describe, expect, it } from 'vitest'
import { suppress } from '../../src/delivery/suppress.ts'
import { addSuppressions, listSuppressions, removeSuppressions } from '../../src/delivery/suppressions.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import type { SuppressionReason } from '../../src/platform/database/schema.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'

const database = testDatabase()
let context: TestContext
beforeEach(() => {
  context = testContext(database.db)
})

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)

async function listed(options: Parameters<typeof listSuppressions>[1] = {}) {
  const all = []
  for await (const one of listSuppressions(context, options)) all.push(one)
  return all
}

const put = (address: string, reason: SuppressionReason, since: Date) =>
  database.db.insertInto('suppressions').values({ email_key: address, reason, created_at: since }).execute()
const states = async () =>
  (
    await database.db
      .selectFrom('messages')
      .select(['to_email', 'state', 'reason'])
      .orderBy('subscription_id')
      .orderBy('id')
      .execute()
  ).map(({ to_email, state, reason }) => `${to_email} ${state} ${reason ?? ''}`.trim())

describe('the list of suppressions', () => {
  it('shows those added last first, page by page, also those of one moment', async () => {
    await put('old@reader.example', 'complaint', hours(-5))
    for (const name of ['a', 'b', 'c']) await put(`${name}@reader.example`, 'hard_bounce', hours(-1))
    await put('new@reader.example', 'manual', monday)
    const expected = [
      { address: 'new@reader.example', reason: 'manual', since: monday },
      { address: 'c@reader.example', reason: 'hard_bounce', since: hours(-1) },
      { address: 'b@reader.example', reason: 'hard_bounce', since: hours(-1) },
      { address: 'a@reader.example', reason: 'hard_bounce', since: hours(-1) },
      { address: 'old@reader.example', reason: 'complaint', since: hours(-5) },
    ]
    expect(await listed()).toEqual(expected)
    expect(await listed({ pageSize: 2 })).toEqual(expected)
    expect(await listed({ pageSize: 1, reason: 'hard_bounce' })).toEqual(expected.slice(1, 4))
  })
})

describe('suppressing by hand', () => {
  it('takes back what waits for the address, and nothing else', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-3) })
    for (const name of ['Ada', 'grace']) await aReader(database.db, { email: `${name}@reader.example` })
    await planDigests(context, at(monday))
    const linus = await aReader(database.db, { email: 'linus@reader.example', next_digest_at: hours(24) })
    await aMessage(database.db, linus, { state: 'submitted' })
    await aMessage(database.db, linus, { state: 'pending' })
    await subscribe(context, { email: 'asked@reader.example' }, { source: 'form', ip: null, userAgent: null })

    const addresses = ['linus@reader.example', 'ada@reader.example', 'asked@reader.example', 'nobody@reader.example']
    expect(await addSuppressions(context, addresses)).toEqual({
      added: addresses.toSorted().map((address) => ({ address, was: null })),
      canceled: 3,
    })
    expect(await states()).toEqual([
      'Ada@reader.example canceled suppressed',
      'grace@reader.example pending',
      'linus@reader.example submitted',
      'linus@reader.example canceled suppressed',
      'asked@reader.example canceled suppressed',
    ])
    expect(await listed()).toHaveLength(4)
  })

  it('is stronger than any other reason, and changes nothing the second time', async () => {
    await put('ada@reader.example', 'soft_bounces', hours(-5))
    await put('grace@reader.example', 'complaint', hours(-4))
    await put('linus@reader.example', 'manual', hours(-3))
    const addresses = ['ada@reader.example', 'grace@reader.example', 'linus@reader.example', 'ada@reader.example']
    expect((await addSuppressions(context, addresses)).added).toEqual([
      { address: 'ada@reader.example', was: 'soft_bounces' },
      { address: 'grace@reader.example', was: 'complaint' },
      { address: 'linus@reader.example', was: 'manual' },
    ])
    const before = await listed()
    expect(before.map(({ reason, since }) => [reason, since])).toEqual([
      ['manual', monday],
      ['manual', monday],
      ['manual', hours(-3)],
    ])
    context.clock.set(hours(5))
    await addSuppressions(context, addresses)
    expect(await listed()).toEqual(before)
    await database.db
      .transaction()
      .execute((trx) =>
        suppress(
          trx,
          { subscriberId: 0, toEmail: 'Ada@reader.example' },
          'hard_bounce',
          hours(5),
          context.clock.sqlNow,
        ),
      )
    expect(await listed()).toEqual(before)
  })
})

describe('taking an address off the list', () => {
  it('subscribes nobody, and brings back no mail that was canceled', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-3) })
    await aReader(database.db, { email: 'Ada@reader.example' })
    await aReader(database.db, {
      email: 'gone@reader.example',
      ...{ state: 'ended', ended_reason: 'complaint', ended_at: monday, next_digest_at: null },
    })
    await planDigests(context, at(monday))
    await addSuppressions(context, ['ada@reader.example', 'gone@reader.example'])
    expect(await removeSuppressions(context, ['ada@reader.example', 'gone@reader.example'])).toEqual([
      { address: 'ada@reader.example', reason: 'manual', since: monday },
      { address: 'gone@reader.example', reason: 'manual', since: monday },
    ])
    expect(await listed()).toEqual([])
    expect(await states()).toEqual(['Ada@reader.example canceled suppressed'])

    await anArticle(database.db, { firstSeenAt: hours(2) })
    context.clock.set(hours(24))
    await planDigests(context, at(hours(24)))
    expect(await states()).toEqual(['Ada@reader.example canceled suppressed', 'Ada@reader.example pending'])
  })

  it('takes off all or none', async () => {
    await put('ada@reader.example', 'complaint', monday)
    await expect(removeSuppressions(context, ['ada@reader.example', 'bob@reader.example'])).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('Address 2 of 2 is not on the list, so nothing was changed'),
    })
    expect(await listed()).toHaveLength(1)
    await expect(removeSuppressions(context, ['bob@reader.example'])).rejects.toThrow('That address is not on the list')
  })
})
