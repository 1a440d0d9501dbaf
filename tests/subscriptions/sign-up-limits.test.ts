import fc from 'fast-check'
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/platform/context.ts'
import { columnTypes, connect } from '../../src/platform/database/connect.ts'
import type { Tables } from '../../src/platform/database/schema.ts'
import { createLog } from '../../src/platform/log.ts'
import { parseAddress } from '../../src/subscriptions/address.ts'
import { countTry, forgetTries, placeOf } from '../../src/subscriptions/sign-up-limits.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { aReader } from '../support/factories.ts'

const database = testDatabase()
const minute = 60_000
const later = (ms: number) => new Date(monday.getTime() + ms)
const ada = parseAddress('ada@reader.example')
const evidence = { source: 'form', ip: null, userAgent: null } as const
const ask = (context: Context, email: string) => subscribe(context, { email }, evidence)

/** How many of these were done, and what the others were refused with. */
async function outcomes(tries: readonly Promise<unknown>[]) {
  const settled = await Promise.allSettled(tries)
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  return { done: settled.length - refused.length, refused }
}

describe('tries with one address, or from one place', () => {
  it('are as many in any hour as may be, whenever they come', async () => {
    const context = testContext(database.db)
    let world = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30 * minute), { minLength: 1, maxLength: 25 }), async (pauses) => {
        const address = parseAddress(`reader${world++}@reader.example`)
        let now = 0
        const counted: number[] = []
        for (const pause of pauses) {
          now += pause
          context.clock.set(later(now))
          const inWindow = counted.filter((time) => time > now - 60 * minute)
          const error = await countTry(context, null, address).catch((reason) => reason)
          if (inWindow.length < 5) {
            expect(error).toBeUndefined()
            counted.push(now)
          } else {
            const wait = Math.ceil((Math.min(...inWindow) + 60 * minute - now) / 1_000)
            expect(error).toMatchObject({ code: 'too_many_requests', retryAfterSeconds: Math.max(1, wait) })
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('are counted once each when they come at the same moment', async () => {
    const processes = [1, 2, 3].map(() => connect(database.url))
    try {
      const contexts = processes.map((db) => testContext(db))
      const tries = Array.from({ length: 60 }, (_, index) => {
        const address = parseAddress(`reader${index}@reader.example`)
        return countTry(contexts[index % 3] as Context, '192.0.2.7', address)
      })
      const { done, refused } = await outcomes(tries)
      expect(done).toBe(20)
      expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['too_many_requests']))
      const withOne = Array.from({ length: 30 }, (_, index) => countTry(contexts[index % 3] as Context, null, ada))
      expect((await outcomes(withOne)).done).toBe(5)
    } finally {
      for (const db of processes) await db.destroy()
    }
  })

  it('hold up nobody else, and are counted by places of their own', async () => {
    const context = testContext(database.db)
    for (let index = 0; index < 20; index++) {
      await countTry(context, `2001:db8:1:2::${index}`, parseAddress(`reader${index}@reader.example`))
    }
    await expect(countTry(context, '2001:db8:1:2:ffff::1', ada)).rejects.toMatchObject({ code: 'too_many_requests' })
    await countTry(context, '2001:db8:1:3::1', ada)
    await countTry(context, '192.0.2.7', ada)
    await countTry(context, '127.0.0.1', ada)
    await countTry(context, null, ada)
  })

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['127.0.0.53', undefined],
    ['::1', undefined],
    ['::ffff:127.0.0.1', undefined],
    ['not an address', undefined],
    [null, undefined],
  ])('from %s count for %s', (ip, place) => {
    expect(placeOf(ip)).toBe(place)
  })

  it('are kept as hashes, as few as the limit, and forgotten after an hour', async () => {
    const context = testContext(database.db)
    for (let time = 0; time < 9; time++) await countTry(context, '192.0.2.7', ada).catch(() => {})
    const kept = await database.db.selectFrom('sign_up_tries').selectAll().execute()
    expect(kept.map((row) => row.tried_at.length).sort()).toEqual([5, 9])
    const text = JSON.stringify(kept.map((row) => Buffer.from(row.bucket).toString('latin1')))
    expect(text).not.toContain('ada')
    expect(text).not.toContain('192.0.2')

    context.clock.set(later(59 * minute))
    expect(await forgetTries(context, at(later(59 * minute)))).toEqual({ forgotten: 0 })
    context.clock.set(later(61 * minute))
    expect(await forgetTries(context, { ...at(later(61 * minute)), sliceSize: 1 })).toEqual({ forgotten: 2 })
    expect(await database.db.selectFrom('sign_up_tries').selectAll().execute()).toEqual([])
  })
})

describe('confirmations of an hour', () => {
  const limited = (most: number, overrides: Parameters<typeof testContext>[1] = {}) =>
    testContext(database.db, { env: { CONFIRMATIONS_PER_HOUR: String(most) }, ...overrides })
  const asked = async () => (await database.db.selectFrom('confirmations').select('id').execute()).length

  it('stop for all when there are too many, go on when half of them are an hour old, and are logged once', async () => {
    const lines: string[] = []
    const context = limited(4, { log: createLog((line) => lines.push(line)) })
    for (let index = 0; index < 4; index++) {
      context.clock.set(later(index * 10 * minute))
      await ask(context, `asked${index}@reader.example`)
    }
    context.clock.set(later(35 * minute))
    const known = await aReader(database.db)
    for (const email of ['new@reader.example', known.email, 'other@reader.example']) {
      // the second came after 10 minutes: an hour later half of them no longer count
      await expect(ask(context, email)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 35 * 60 })
    }
    expect(lines.filter((line) => line.includes('confirmations_stopped'))).toHaveLength(1)
    expect(lines.join()).not.toContain('@')
    const readers = await database.db.selectFrom('subscribers').select('email').execute()
    expect(readers.map(({ email }) => email)).not.toContain('new@reader.example')

    context.clock.set(later(70 * minute + 1))
    await ask(context, 'new@reader.example')
    await ask(context, 'other@reader.example')
    await expect(ask(context, 'third@reader.example')).rejects.toMatchObject({ code: 'unavailable' })
    expect(lines.filter((line) => line.includes('confirmations_stopped'))).toHaveLength(2)
    expect(await asked()).toBe(6)
  })

  it('are no more when all are asked for at the same moment, by several processes', async () => {
    const processes = [1, 2, 3].map(() => connect(database.url))
    const lines: string[] = []
    try {
      const contexts = processes.map((db) => ({
        ...limited(7, { log: createLog((line) => lines.push(line)) }),
        db,
        random: (byteCount: number) => crypto.getRandomValues(new Uint8Array(byteCount)),
      }))
      const tries = Array.from({ length: 40 }, (_, index) =>
        ask(contexts[index % 3] as Context, `reader${index}@reader.example`),
      )
      const { done, refused } = await outcomes(tries)
      expect(done).toBe(7)
      expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['unavailable']))
      expect(await asked()).toBe(7)
      expect(lines.filter((line) => line.includes('confirmations_stopped'))).toHaveLength(1)
    } finally {
      for (const db of processes) await db.destroy()
    }
  })

  it('are not used up by readers who are known', async () => {
    const context = limited(2)
    const { email } = await aReader(database.db)
    for (let time = 0; time < 4; time++) await ask(context, email)
    await ask(context, 'new@reader.example')
    expect(await asked()).toBe(1)
  })
})

/** A pool on the test's database that tells of each statement. */
function watched(told: (query: { readonly sql: string; readonly parameters: readonly unknown[] }) => void) {
  const pool = new pg.Pool({ connectionString: database.url, types: columnTypes })
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log: ({ query }) => told(query) })
}

it('every statement of a sign-up, and of forgetting it, finds its rows by an index', async () => {
  const queries: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  const db = watched((query) => queries.push(query))
  const context = testContext(db, { env: { CONFIRMATIONS_PER_HOUR: '1' } })
  await subscribe(context, { email: 'ada@reader.example' }, { ...evidence, ip: '192.0.2.7' })
  await ask(context, 'bob@reader.example').catch(() => {})
  await forgetTries(context, at(monday))
  await db.destroy()
  const read = queries.filter(({ sql }) => /^\s*(select|insert|update|delete|with)\b/.test(sql))
  expect(read.length).toBeGreaterThan(20)
  for (const { sql: text, parameters } of read) {
    const plan = await database.db.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx)
      const { rows } = await trx.executeQuery<Record<string, string>>(
        CompiledQuery.raw(`explain ${text}`, [...parameters]),
      )
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    })
    expect(plan, text).not.toContain('Seq Scan')
  }
})

describe('whether an address is known', () => {
  it('makes no difference to what is done: the same statements, in the same order', async () => {
    const statements: string[] = []
    const db = watched((query) => statements.push(query.sql))
    const context = testContext(db)
    const { email: active } = await aReader(database.db)
    await aReader(database.db, {
      email: 'left@reader.example',
      state: 'ended',
      ended_reason: 'unsubscribed',
      ended_at: monday,
      next_digest_at: null,
    })
    await database.db
      .insertInto('suppressions')
      .values({ email_key: 'never@reader.example', reason: 'complaint', created_at: monday })
      .execute()
    await ask(context, 'asked@reader.example')
    const done: string[][] = []
    for (const email of [
      active,
      'left@reader.example',
      'never@reader.example',
      'asked@reader.example',
      'new@reader.example',
    ]) {
      statements.length = 0
      await ask(context, email)
      done.push(statements.map((text) => text.replace(/^(release|rollback to) savepoint/, 'end savepoint')))
    }
    await db.destroy()
    expect(done[0]?.length).toBeGreaterThan(10)
    for (const one of done) expect(one).toEqual(done[0])
    const messages = await database.db.selectFrom('messages').select(['kind', 'to_email']).orderBy('id').execute()
    expect(messages.map(({ kind, to_email }) => [kind, to_email])).toEqual([
      ['confirmation', 'asked@reader.example'],
      ['already_subscribed', active],
      ['confirmation', 'left@reader.example'],
      ['confirmation', 'new@reader.example'],
    ])
  })
})
