// Invariants 3 and 4 over random histories: no story twice, none lost, one digest a local day.

import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { changePreferences } from '../../src/subscriptions/preferences.ts'
import { at, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'

const database = testDatabase()
const start = new Date('2026-10-20T00:00:00Z') // clocks change on the 25th in Europe, on 1 November in America
const hoursOf = (number: number) => new Date(start.getTime() + number * 3_600_000)
const evidence = { source: 'link', ip: null, userAgent: null } as const

const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC')
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('article' as const) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      change: fc.record(
        {
          frequency: fc.constantFrom('daily' as const, 'weekdays' as const, 'weekly' as const),
          weekday: fc.integer({ min: 1, max: 7 }),
          hour: fc.integer({ min: 0, max: 23 }),
          timeZone: zone,
          pauseDays: fc.integer({ min: 0, max: 5 }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
)
/** What happens, and how many hours after what happened before. */
const gap = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 5 }) },
  { weight: 1, arbitrary: fc.integer({ min: 6, max: 40 }) },
)
const history = fc.array(fc.tuple(gap, event), { minLength: 30, maxLength: 90, size: 'max' })

async function tellHistory(events: readonly (readonly [number, { kind: string; change?: object }])[]) {
  const { db } = database
  await sql`truncate digest_runs, articles, subscribers, subscriptions, consent_events, messages, digests, digest_articles, exclusions restart identity cascade`.execute(
    db,
  )
  const context = testContext(db)
  const { subscriptionId } = await aReader(db, {
    hour: 7,
    confirmed_at: start,
    read_until: hoursOf(-24),
    next_digest_at: hoursOf(7),
  })
  let elapsed = 0
  const stored: { title: string; firstSeenAt: Date }[] = []
  for (const [hours, { kind, change }] of events) {
    elapsed += hours
    context.clock.set(hoursOf(elapsed))
    if (kind === 'article') {
      const { rows } = await sql<{ newest: Date | null }>`select max(window_end) as newest from digest_runs`.execute(db)
      const firstSeenAt = new Date(Math.max(hoursOf(elapsed).getTime(), rows[0]?.newest?.getTime() ?? 0) + 1)
      const title = `story ${stored.length}`
      await anArticle(db, { title, firstSeenAt })
      stored.push({ title, firstSeenAt })
    }
    if (kind === 'tick') await planDigests(context, at(hoursOf(elapsed)))
    if (kind === 'change') await changePreferences(context, subscriptionId, change ?? {}, evidence)
  }
  const { read_until } = await db.selectFrom('subscriptions').select('read_until').executeTakeFirstOrThrow()
  const { rows: told } = await sql<{ title: string }>`
    select a.title from messages m join digest_articles d on d.digest_id = m.digest_id join articles a on a.id = d.article_id`.execute(
    db,
  )
  const { rows: further } = await sql<{
    count: number
  }>`select coalesce(sum(further_count), 0) as count from digests`.execute(db)
  const { rows: days } = await sql<{ day: string }>`
    select g.edition_date as day from messages m join digests g on g.id = m.digest_id`.execute(db)
  return {
    stored,
    told: told.map((row) => row.title),
    further: Number(further[0]?.count ?? 0),
    days: days.map((row) => row.day),
    readUntil: read_until,
  }
}

describe('a subscription, whatever happens to it', () => {
  it('is told every story once, and on one day once', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const { stored, told, further, days, readUntil } = await tellHistory(events)
        expect(new Set(told).size).toBe(told.length)
        expect(new Set(days).size).toBe(days.length)
        const due = stored.filter((article) => readUntil !== null && article.firstSeenAt <= readUntil)
        expect(told.length + further).toBe(due.length)
        expect(told.every((title) => due.some((article) => article.title === title))).toBe(true)
      }),
      { numRuns: 30, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true },
    )
  }, 120_000)
})
