// Signing up in any zone, on the days of clock changes: the next digest comes at the right instant. What is right is said by
// temporal-polyfill, from another time zone database than PostgreSQL's.
import fc from 'fast-check'
import { sql } from 'kysely'
import { Temporal } from 'temporal-polyfill'
import { expect, it } from 'vitest'
import { deriveToken } from '../../src/platform/signed-token.ts'
import { confirm } from '../../src/subscriptions/confirmations.ts'
import { knownTimeZone } from '../../src/subscriptions/preferences.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { readerSite } from '../support/reader-site.ts'

const site = readerSite()
const evidence = { source: 'form', ip: null, userAgent: null } as const

type Asked = { zone: string; hour: number; frequency: 'daily' | 'weekdays' | 'weekly'; weekday: number }

function nextByTemporal({ zone, hour, frequency, weekday }: Asked, now: Temporal.Instant): Temporal.Instant {
  for (let day = now.toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 }); ; day = day.add({ days: 1 })) {
    if (frequency === 'weekdays' && day.dayOfWeek > 5) continue
    if (frequency === 'weekly' && day.dayOfWeek !== weekday) continue
    // An hour that does not exist moves forward, one that occurs twice counts at first.
    const slot = day.toPlainDateTime({ hour }).toZonedDateTime(zone, { disambiguation: 'compatible' }).toInstant()
    if (Temporal.Instant.compare(slot, now) > 0) return slot
  }
}

/** The first clock change after an instant, or the instant where the zone knows none. */
function changeAfter(zone: string, start: number): number {
  const here = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone)
  return here.getTimeZoneTransition('next')?.epochMilliseconds ?? start
}

/** Whether both databases give the zone the same offsets, hour by hour, for the days that matter here. */
async function isAgreed(zone: string, now: number): Promise<boolean> {
  const instants = Array.from({ length: 24 * 12 }, (_, index) => now + (index - 48) * 3_600_000)
  const { rows } = await sql<{ offset: number }>`
    select extract(epoch from (t at time zone ${zone}) - (t at time zone 'UTC'))::int as offset
    from unnest(${instants.map((at) => new Date(at))}::timestamptz[]) with ordinality as i (t, n) order by n`.execute(
    site.db,
  )
  return instants.every(
    (at, index) =>
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1e9 ===
      rows[index]?.offset,
  )
}

it('is at the chosen hour of the first day that fits', async () => {
  const zones = Intl.supportedValuesOf('timeZone').filter(knownTimeZone)
  const joining = fc.record({
    zone: fc.constantFrom(...zones),
    hour: fc.integer({ min: 0, max: 23 }),
    frequency: fc.constantFrom('daily' as const, 'weekdays' as const, 'weekly' as const),
    weekday: fc.integer({ min: 1, max: 7 }),
    start: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) }),
    minutesBeside: fc.integer({ min: -36 * 60, max: 36 * 60 }),
  })
  let joined = 0
  let checked = 0
  await fc.assert(
    fc.asyncProperty(joining, async ({ start, minutesBeside, ...asked }) => {
      const now = changeAfter(asked.zone, start) + minutesBeside * 60_000
      joined += 1
      if (!(await isAgreed(asked.zone, now))) return
      checked += 1
      site.context.clock.set(new Date(now))
      const email = `reader${joined}@reader.example`
      const { zone: timeZone, hour, frequency, weekday } = asked
      await subscribe(site.context, { email, timeZone, hour, frequency, weekday }, evidence)
      const { nonce, key_id } = await site.db
        .selectFrom('confirmations')
        .select(['nonce', 'key_id'])
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow()
      await confirm(site.context, deriveToken(site.context.keys, key_id, new Uint8Array(nonce)), evidence)
      const subscription = (await site.subscriptions()).at(-1)
      const next = nextByTemporal(asked, Temporal.Instant.fromEpochMilliseconds(now))
      expect(subscription?.next_digest_at?.toISOString()).toBe(new Date(next.epochMilliseconds).toISOString())
    }),
    { numRuns: 150 },
  )
  expect(checked).toBeGreaterThan(100)
}, 240_000)
