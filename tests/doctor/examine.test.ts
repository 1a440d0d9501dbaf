import { type Kysely, sql } from 'kysely'
import { expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { judgeDatabase } from '../../src/doctor/database.ts'
import { rowChecks } from '../../src/doctor/examine.ts'
import { connect } from '../../src/platform/database/connect.ts'
import type { Tables } from '../../src/platform/database/schema.ts'
import { PublicError } from '../../src/platform/errors.ts'
import { createLog } from '../../src/platform/log.ts'
import { openTestDatabase, testDatabase } from '../support/database.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { ago, examined, hours, minutes } from './support.ts'

const database = testDatabase()

/** A database of a test's own, whose tables it may change. */
async function withOwn(act: (db: Kysely<Tables>) => Promise<void>): Promise<void> {
  const opened = await openTestDatabase()
  const db = connect(opened.url)
  await act(db).finally(async () => {
    await db.destroy()
    await opened.close()
  })
}

it('says what the configuration lacks, and checks what can be checked without it', async () => {
  const { ok, of, checks } = await examined(database.db, {
    environment: { RESEND_API_KEY: 're_secret', MAIL_FROM: 'nonsense' },
  })
  expect(ok).toBe(false)
  expect(of('configuration')).toMatchObject({ status: 'problem', found: expect.stringContaining('MAIL_FROM') })
  expect(of('database').status).toBe('ok')
  expect(of('migrations').status).toBe('ok')
  expect(of('clock-skew').status).not.toBe('not checked')
  expect(of('provider-key')).toMatchObject({ status: 'not checked', found: 'the configuration is not complete' })
  expect(of('feeds').status).toBe('not checked')
  expect(JSON.stringify(checks)).not.toContain('re_secret')
  const misplaced = await examined(database.db, { environment: { DATABASE_URL: 'nonsense' } })
  expect(misplaced.of('database')).toMatchObject({ status: 'not checked' })
})

it('judges the database by its version and its answer', () => {
  expect(judgeDatabase('14.9', 14, 1).status).toBe('problem')
  expect(judgeDatabase('15.0', 15, 1)).toMatchObject({ status: 'ok', found: 'PostgreSQL 15.0 answers in 1 ms' })
  expect(judgeDatabase('16.4', 16, 300).status).toBe('warning')
})

it('checks nothing of a database that cannot be used', async () => {
  const { ok, of, checks } = await examined(database.db, {
    open: async () => {
      throw new PublicError('unavailable', 'The database cannot be used: nothing listens there.')
    },
  })
  expect(ok).toBe(false)
  expect(of('database')).toMatchObject({ status: 'problem', found: expect.stringContaining('nothing listens there') })
  const others = checks.filter(({ name }) => name === 'migrations' || rowChecks.some((check) => check.name === name))
  expect(others).toHaveLength(rowChecks.length + 1)
  for (const { status, found } of others)
    expect([status, found]).toEqual(['not checked', 'the database cannot be used'])
})

it('gives a database that does not answer no more than its time', async () => {
  const { of } = await examined(database.db, { open: () => new Promise(() => {}), timeLimitMs: 300 })
  expect(of('database')).toMatchObject({ status: 'problem', found: 'no answer in 0.3 s' })
  expect(of('feeds')).toMatchObject({ status: 'not checked' })
})

it('tells an empty database, one that is behind, and one that is ahead', () =>
  withOwn(async (db) => {
    expect((await examined(db)).of('migrations')).toMatchObject({
      status: 'ok',
      found: `all ${Object.keys(migrations).length} applied`,
    })
    await sql`insert into kysely_migration (name, timestamp) values ('2027-01-01-next', '')`.execute(db)
    expect((await examined(db)).of('migrations')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('2027-01-01-next'),
    })
    await sql`delete from kysely_migration where name in ('2027-01-01-next', '2026-11-26-unknown-batches')`.execute(db)
    const ofLimits = sql`('2026-11-25-provider-limits', '2026-12-04-refusals')`
    await sql`delete from kysely_migration where name in ${ofLimits}`.execute(db)
    await sql`drop table provider_limits, warm_ups`.execute(db)
    const behind = await examined(db)
    expect(behind.of('migrations')).toMatchObject({ status: 'problem', found: expect.stringContaining('3 behind') })
    expect(behind.of('sending')).toMatchObject({
      status: 'not checked',
      found: 'the database is without 2026-12-04-refusals',
    })
    expect(behind.of('due-but-unplanned').status).toBe('ok')
    await sql`drop schema public cascade; create schema public`.execute(db)
    const empty = await examined(db)
    expect(empty.of('migrations')).toMatchObject({ status: 'problem', found: expect.stringContaining('none of the') })
    for (const { name } of rowChecks) expect(empty.of(name).status).toBe('not checked')
    const { rows } = await sql`select from pg_class where relnamespace = 'public'::regnamespace`.execute(db)
    expect(rows).toEqual([]) // and it made none
  }))

it('lets a check that fails cost itself only, and says nothing of its insides', () =>
  withOwn(async (db) => {
    const lines: string[] = []
    await anArticle(db, { firstSeenAt: ago(minutes) })
    await sql`alter table feeds rename to real_feeds`.execute(db)
    await sql`create view feeds as
      select id, next_poll_at, lease_until, last_succeeded_at, created_at, 'seven of owner@site.example'::text::integer as failure_count
      from real_feeds`.execute(db)
    await sql`alter table subscriptions rename column next_digest_at to due_at`.execute(db)
    const { ok, of } = await examined(db, { log: createLog((line) => lines.push(line)) })
    expect(ok).toBe(false)
    expect(of('feeds')).toMatchObject({ status: 'problem', found: 'the check failed' })
    expect(of('due-but-unplanned')).toMatchObject({
      status: 'not checked',
      found: 'the tables are not those of this version',
    })
    expect(of('stuck-leases').status).toBe('ok')
    expect(lines.map((line) => JSON.parse(line).check).sort()).toEqual(['due-but-unplanned', 'feeds'])
    expect(lines.join()).not.toContain('owner@')
  }))

// The embedded database is one session: nothing else could hold it up.
it.runIf(process.env.TEST_DATABASE_URL)('gives a check that the database holds up no more than its time', () =>
  withOwn((db) =>
    db.transaction().execute(async (trx) => {
      await sql`lock table feeds in access exclusive mode`.execute(trx)
      const { of } = await examined(db, { timeLimitMs: 1_000 })
      expect(of('feeds')).toMatchObject({ status: 'problem', found: 'the database did not answer in time' })
      expect(of('stuck-leases').status).toBe('ok')
    }),
  ),
)

it('writes nothing, and could not', () =>
  withOwn(async (db) => {
    await anArticle(db, { firstSeenAt: ago(minutes) })
    const reader = await aReader(db)
    await aMessage(db, reader, { state: 'sending', batch: { state: 'sending', lease_until: ago(hours) } })
    const before = await contents(db)
    const environment = { WARMUP: '3:42', RESEND_API_KEY: 're_own', RESEND_BASE_URL: 'http://127.0.0.1:1' }
    const { checks } = await examined(db, { environment })
    expect(checks.filter(({ status }) => status === 'not checked').map(({ name }) => name)).toEqual([
      'sender-domain',
      'tracking',
    ])
    expect(await contents(db)).toEqual(before)

    await sql`create function write() returns boolean language plpgsql as
      $$ begin insert into warm_ups values ('site.example', now()); return true; end $$`.execute(db)
    await sql`alter table feeds rename to read_feeds`.execute(db)
    await sql`create view feeds as select * from read_feeds where write()`.execute(db)
    expect((await examined(db)).of('feeds')).toMatchObject({ status: 'problem', found: 'the check failed' })
    expect(await db.selectFrom('warm_ups').selectAll().execute()).toEqual([])
  }))

/** Every row of every table. */
async function contents(db: Kysely<Tables>): Promise<Map<string, unknown[]>> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by tablename`.execute(db)
  const all = new Map<string, unknown[]>()
  for (const { name } of rows) all.set(name, (await sql`select * from ${sql.table(name)}`.execute(db)).rows)
  return all
}

it('names migrations that there are', () => {
  for (const { since } of rowChecks) expect(migrations).toHaveProperty([since])
})
