import { describe, expect, test } from 'vitest'
import { email, hours, later, testSandbox } from './support.ts'

const sandbox = testSandbox()

describe('requests a second', () => {
  test('are counted in the headers, and refused above the limit', async () => {
    const { client, clock } = await sandbox.start({ requestsPerSecond: 2 })
    const resend = client()
    const first = await resend.emails.send(email())
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '1',
    })
    expect(first.headers).not.toHaveProperty('retry-after')
    await resend.emails.list()
    const refused = await resend.emails.send(email())
    expect(refused.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' })
    expect(refused.headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': '1' })

    clock.set(later(1_000))
    expect((await resend.emails.send(email())).error).toBeNull()
    expect(await sandbox.tables.selectFrom('emails').select('id').execute()).toHaveLength(2)
  })

  test('are ten unless told otherwise', async () => {
    const { client } = await sandbox.start({ requestsPerSecond: undefined })
    expect((await client().emails.list()).headers).toMatchObject({ 'ratelimit-limit': '10' })
  })

  test('are shared by all processes, and by nobody else', async () => {
    const one = await sandbox.start({ requestsPerSecond: 10 })
    const two = await sandbox.start({ requestsPerSecond: 10 })
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => (index % 2 ? one : two).client().emails.send(email())),
    )
    expect(answers.filter(({ error }) => error === null)).toHaveLength(10)
    expect((await one.client('re_other').emails.send(email())).error).toBeNull()
  })

  test('of the second before count with the later one, when they were held up', async () => {
    const one = await sandbox.start({ requestsPerSecond: 1 })
    const late = await sandbox.start({ requestsPerSecond: 1 })
    one.clock.set(later(1_000))
    expect((await one.client().emails.list()).error).toBeNull()
    expect((await late.client().emails.list()).error).toMatchObject({ name: 'rate_limit_exceeded' })
  })
})

describe('quotas', () => {
  test('count every recipient, and show what is used', async () => {
    const { client } = await sandbox.start({ dailyQuota: 5, monthlyQuota: 100 })
    const { headers } = await client().emails.send(email({ cc: 'b@example.com', bcc: ['c@example.com'] }))
    expect(headers).toMatchObject({ 'x-resend-daily-quota': '3', 'x-resend-monthly-quota': '3' })
  })

  test('refuse what does not fit as a whole, until the day is over in UTC', async () => {
    const { client, clock } = await sandbox.start({ dailyQuota: 3 })
    await client().batch.send([email(), email()])
    const refused = await client().batch.send([email(), email()])
    expect(refused.error).toMatchObject({ statusCode: 429, name: 'daily_quota_exceeded' })
    expect(refused.headers).toMatchObject({ 'x-resend-daily-quota': '2' })
    expect(await sandbox.tables.selectFrom('emails').select('id').execute()).toHaveLength(2)
    expect((await client().emails.send(email())).error).toBeNull()

    clock.set(new Date('2026-11-23T23:59:59Z'))
    expect((await client().emails.send(email())).error).not.toBeNull()
    clock.set(new Date('2026-11-24T00:00:00Z'))
    expect((await client().emails.send(email())).headers).toMatchObject({ 'x-resend-daily-quota': '1' })
  })

  test('of a month last longer than a day', async () => {
    const { client, clock } = await sandbox.start({ monthlyQuota: 1 })
    await client().emails.send(email())
    clock.set(later(hours(24)))
    expect((await client().emails.send(email())).error).toMatchObject({ name: 'monthly_quota_exceeded' })
    clock.set(new Date('2026-12-01T00:00:00Z'))
    expect((await client().emails.send(email())).error).toBeNull()
  })

  test('have no header when there are none', async () => {
    const { client } = await sandbox.start()
    const { headers } = await client().emails.send(email())
    expect(Object.keys(headers ?? {}).filter((name) => name.includes('quota'))).toEqual([])
  })

  test('are not used by an answer that is given again', async () => {
    const { client } = await sandbox.start({ dailyQuota: 1 })
    await client().emails.send(email(), { idempotencyKey: 'k' })
    const again = await client().emails.send(email(), { idempotencyKey: 'k' })
    expect(again.error).toBeNull()
    expect(again.headers).toMatchObject({ 'x-resend-daily-quota': '1' })
  })
})
