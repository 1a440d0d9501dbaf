import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fixedClock } from '../../src/platform/clock.ts'
import { acceptEmails } from '../../src/sandbox/accept-emails.ts'
import { sha256 } from '../../src/sandbox/bytes.ts'
import { type KeyRequest, reserveKey } from '../../src/sandbox/idempotency.ts'
import { readSingle } from '../../src/sandbox/read-request.ts'
import { monday } from '../support/context.ts'
import { email, hours, later, testSandbox } from './support.ts'

const sandbox = testSandbox()

const countMails = async () => (await sandbox.tables.selectFrom('emails').select('id').execute()).length

/** A reservation as another process would hold it for the same request. */
async function heldElsewhere(body: string, key = 'k'): Promise<KeyRequest> {
  const bytes = (text: string) => new TextEncoder().encode(text)
  return {
    team: (await sha256(bytes('re_test'))).slice(0, 16),
    endpoint: 'POST /emails',
    key,
    bodyHash: await sha256(bytes(body)),
    claim: randomUUID(),
  }
}

const body = JSON.stringify(email())
const post = (key: string, text = body): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer re_test', 'user-agent': 'test', 'idempotency-key': key },
  body: text,
})

describe('the same request again', () => {
  test('gets the first answer, and nothing is stored twice', async () => {
    const { client } = await sandbox.start()
    const resend = client()
    const first = await resend.emails.send(email(), { idempotencyKey: 'a' })
    const again = await resend.emails.send(email(), { idempotencyKey: 'a' })
    expect(again.data).toEqual(first.data)
    const mails = [email(), email({ to: 'bad' }), email()]
    const options = { idempotencyKey: 'b', batchValidation: 'permissive' } as const
    const batch = await resend.batch.send(mails, options)
    expect((await resend.batch.send(mails, options)).data).toEqual(batch.data)
    expect(batch.data?.data).toHaveLength(2)
    expect(await countMails()).toBe(3)
  })

  test('gets it from a sandbox that was started later, on the same database', async () => {
    const first = await (await sandbox.start()).client().emails.send(email(), { idempotencyKey: 'a' })
    const second = await (await sandbox.start()).client().emails.send(email(), { idempotencyKey: 'a' })
    expect(second.data).toEqual(first.data)
    expect(await countMails()).toBe(1)
  })

  test('is a new one after 24 hours', async () => {
    const { client, clock } = await sandbox.start()
    const send = async () => (await client().emails.send(email(), { idempotencyKey: 'a' })).data?.id
    const first = await send()
    clock.set(later(hours(24) - 1))
    expect(await send()).toBe(first)
    clock.set(later(hours(24)))
    expect(await send()).not.toBe(first)
    expect(await countMails()).toBe(2)
  })

  test('is accepted once, however many arrive together', async () => {
    const { client } = await sandbox.start()
    const other = await sandbox.start()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? client() : other.client()).emails.send(email(), { idempotencyKey: 'a' }),
      ),
    )
    const ids = new Set(answers.flatMap(({ data }) => data?.id ?? []))
    expect(ids.size).toBe(1)
    for (const { error } of answers) if (error) expect(error.name).toBe('concurrent_idempotent_requests')
    expect(await countMails()).toBe(1)
  })
})

test('another body under the same key is refused', async () => {
  const { client } = await sandbox.start()
  await client().emails.send(email(), { idempotencyKey: 'a' })
  const { error } = await client().emails.send(email({ subject: 'Other' }), { idempotencyKey: 'a' })
  expect(error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
  expect(await countMails()).toBe(1)
})

test('a key belongs to its API key, method and path', async () => {
  const { client } = await sandbox.start()
  const first = await client('re_a').emails.send(email(), { idempotencyKey: 'k' })
  const otherTeam = await client('re_b').emails.send(email({ subject: 'B' }), { idempotencyKey: 'k' })
  const otherPath = await client('re_a').batch.send([email()], { idempotencyKey: 'k' })
  expect([first.error, otherTeam.error, otherPath.error]).toEqual([null, null, null])
  expect(await countMails()).toBe(3)
})

describe('while a request is in flight', () => {
  test('the same one is told to wait, and a changed one is refused', async () => {
    const { app, clock } = await sandbox.start()
    await reserveKey(sandbox.tables, clock, await heldElsewhere(body))
    const same = await app.request('/emails', post('k'))
    expect(await same.json()).toMatchObject({ statusCode: 409, name: 'concurrent_idempotent_requests' })
    const changed = await app.request('/emails', post('k', JSON.stringify(email({ subject: 'Other' }))))
    expect(await changed.json()).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
    expect(await countMails()).toBe(0)
  })

  test('and its process died, the key is free again after a minute', async () => {
    const { app, clock } = await sandbox.start()
    await reserveKey(sandbox.tables, clock, await heldElsewhere(body))
    clock.set(later(59_999))
    expect((await app.request('/emails', post('k'))).status).toBe(409)
    clock.set(later(60_000))
    expect((await app.request('/emails', post('k'))).status).toBe(200)
    expect(await countMails()).toBe(1)
  })

  test('and was overtaken, it stores nothing when it wakes up', async () => {
    const { app, clock } = await sandbox.start()
    const overtaken = await heldElsewhere(body)
    await reserveKey(sandbox.tables, clock, overtaken)
    clock.set(later(60_000))
    const taken = await app.request('/emails', post('k'))
    const id = randomUUID()
    const waking = acceptEmails(
      sandbox.tables,
      fixedClock(monday),
      { team: overtaken.team, emails: [{ ...readSingle(body), id }], answer: { id }, claim: overtaken },
      { quotas: {}, keepAtMost: 100 },
    )
    await expect(waking).rejects.toMatchObject({ code: 'concurrent_idempotent_requests' })
    expect(await countMails()).toBe(1)
    expect(await (await app.request('/emails', post('k'))).json()).toEqual(await taken.json())
  })
})

test('a request that was refused leaves its key free', async () => {
  const { client } = await sandbox.start({ dailyQuota: 1 })
  const refused = await client().emails.send(email({ to: ['a@b.example', 'c@d.example'] }), { idempotencyKey: 'k' })
  expect(refused.error).toMatchObject({ name: 'daily_quota_exceeded' })
  expect((await client().emails.send(email(), { idempotencyKey: 'k' })).error).toBeNull()
})

test.each([
  ['', 400],
  ['x'.repeat(257), 400],
  ['x'.repeat(256), 200],
])('a key has 1 to 256 characters', async (key, status) => {
  const { app } = await sandbox.start()
  const response = await app.request('/emails', post(key))
  expect(response.status).toBe(status)
  if (status === 400) expect(await response.json()).toMatchObject({ name: 'invalid_idempotency_key' })
})

test('expired keys are removed', async () => {
  const { app, clock } = await sandbox.start()
  await app.request('/emails', post('old'))
  clock.set(later(hours(25)))
  await app.request('/emails', post('new'))
  expect(await sandbox.tables.selectFrom('idempotency_keys').select('key').execute()).toEqual([{ key: 'new' }])
})
