// The SQL functions for local time, against Temporal, in every zone and at every clock change from 2025 to 2030.
import fc from 'fast-check'
import { sql } from 'kysely'
import { Temporal } from 'temporal-polyfill'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database, Frequency } from '../src/platform/database/schema.ts'
import { testDatabase } from './support/database.ts'

const database = testDatabase()

const firstYear = 2025
const lastYear = 2030
const daySeconds = 86_400
const gridStart = Date.UTC(firstYear, 0, 1) / 1000 - 7 * daySeconds
const gridEnd = Date.UTC(lastYear + 1, 0, 1) / 1000 + 7 * daySeconds
const hours = Array.from({ length: 24 }, (_, hour) => hour)

const namedZones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'America/Nuuk',
  'Africa/Cairo',
  'Asia/Beirut',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Kiritimati',
]
const allZones = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...namedZones])]

/** A change of a zone's clocks, in seconds: when, and the offset from UTC before and after it. */
type Change = { readonly at: number; readonly before: number; readonly after: number }

type Zone = {
  readonly name: string
  /** The clock changes by the reference's time zone data, with a week to spare at both ends. */
  readonly changes: readonly Change[]
  /** Instants, in seconds, at which the database's time zone data says something else. Empty for nearly all. */
  readonly disagreements: readonly number[]
  /** Zones with the same key show the same time in all these years, so that one of them speaks for all. */
  readonly key: string
}

// Node's and PostgreSQL's time zone data can be of different releases. Where they contradict each other, the law of a
// country changed and neither is at fault; such instants are counted, bounded, and left out of the comparison.
let zones: readonly Zone[] = []
let unknownZones: readonly string[] = []
const agreeing = () => zones.filter((zone) => zone.disagreements.length === 0)
const distinct = () => [...new Map(zones.map((zone) => [zone.key, zone])).values()]
const named = () => zones.filter((zone) => namedZones.includes(zone.name))

beforeAll(async () => {
  const { db } = database
  const { rows } = await sql<{ name: string }>`select name from pg_timezone_names`.execute(db)
  const known = new Set(rows.map((row) => row.name))
  unknownZones = allZones.filter((name) => !known.has(name))
  zones = await describeZones(
    db,
    allZones.filter((name) => known.has(name)),
  )
}, 60_000)

describe('the time zone data', () => {
  it('has nearly every zone in the database, with the rules that the reference knows', () => {
    const differing = zones.filter((zone) => zone.disagreements.length > 0)
    const report = [
      `${zones.length} of ${allZones.length} zones known to the database; unknown: ${unknownZones.join(', ') || 'none'};`,
      `${differing.length} differ:`,
      ...differing.map(({ name, disagreements }) => `${name} from ${isoOf(disagreements[0])}`),
    ].join(' ')
    expect(unknownZones.length, report).toBeLessThanOrEqual(allZones.length * 0.05)
    expect(agreeing().length, report).toBeGreaterThanOrEqual(allZones.length * 0.95)
    expect(zones.flatMap((zone) => zone.changes).length, report).toBeGreaterThan(1_000)
  })
})

describe('local_hour_at', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29', 2, '2026-03-29T01:00:00Z', 'skipped: shown as 03:00'],
    ['Europe/Berlin', '2026-10-25', 2, '2026-10-25T00:00:00Z', 'shown twice: the first'],
    ['Europe/Berlin', '2026-10-25', 3, '2026-10-25T02:00:00Z', 'after the repeated hour'],
    ['America/New_York', '2026-03-08', 2, '2026-03-08T07:00:00Z', 'skipped'],
    ['America/New_York', '2026-11-01', 1, '2026-11-01T05:00:00Z', 'shown twice'],
    ['Australia/Lord_Howe', '2026-10-04', 2, '2026-10-03T15:30:00Z', 'half an hour skipped: shown as 02:30'],
    ['Australia/Lord_Howe', '2026-04-05', 1, '2026-04-04T14:00:00Z', 'half an hour before the repetition'],
    ['Australia/Lord_Howe', '2026-04-05', 2, '2026-04-04T15:30:00Z', 'right after the repeated half hour'],
    ['Antarctica/Troll', '2026-03-29', 1, '2026-03-29T01:00:00Z', 'two hours skipped: shown as 03:00'],
    ['Antarctica/Troll', '2026-03-29', 2, '2026-03-29T02:00:00Z', 'two hours skipped: shown as 04:00'],
    ['Antarctica/Troll', '2026-10-25', 1, '2026-10-24T23:00:00Z', 'two hours shown twice'],
    ['Antarctica/Troll', '2026-10-25', 2, '2026-10-25T00:00:00Z', 'two hours shown twice'],
    ['America/Nuuk', '2026-03-28', 23, '2026-03-29T01:00:00Z', 'skipped up to midnight: shown on the next day'],
    ['America/Nuuk', '2026-10-24', 23, '2026-10-25T00:00:00Z', 'goes back from midnight'],
    ['Africa/Cairo', '2026-04-24', 0, '2026-04-23T22:00:00Z', 'midnight skipped'],
    ['Africa/Cairo', '2026-10-29', 23, '2026-10-29T20:00:00Z', 'goes back from midnight'],
    ['Asia/Beirut', '2026-03-29', 0, '2026-03-28T22:00:00Z', 'midnight skipped'],
    ['Asia/Beirut', '2026-10-24', 23, '2026-10-24T20:00:00Z', 'goes back from midnight'],
    ['Africa/Casablanca', '2026-02-15', 2, '2026-02-15T01:00:00Z', 'Ramadan begins: shown twice'],
    ['Africa/Casablanca', '2026-03-22', 2, '2026-03-22T02:00:00Z', 'Ramadan is over: skipped'],
    ['Asia/Kathmandu', '2026-06-01', 7, '2026-06-01T01:15:00Z', 'three quarters of an hour'],
    ['Pacific/Apia', '2026-06-01', 7, '2026-05-31T18:00:00Z', 'far ahead'],
    ['Pacific/Kiritimati', '2026-01-01', 0, '2025-12-31T10:00:00Z', 'furthest ahead'],
  ])('in %s on %s at %i is %s (%s)', async (zone, day, hour, expected) => {
    const { rows } = await sql<{ slot: Date; day: string }>`
      select slot, digest_day(slot, ${hour}, ${zone}) as day
      from local_hour_at(${day}::date, ${hour}::integer, ${zone}) as slot`.execute(database.db)
    expect(rows).toEqual([{ slot: new Date(expected), day }])
  })

  it('is what Temporal says at each hour, two days around each clock change of each zone', async () => {
    const compared = await compareAroundChanges(database.db, zones)
    expect(compared).toBeGreaterThan(100_000)
  }, 60_000)

  it.each(['America/New_York', 'Antarctica/Troll', 'Pacific/Apia'])(
    'does not depend on the time zone of the connection (%s)',
    async (sessionZone) => {
      await database.db.transaction().execute(async (trx) => {
        await sql`select set_config('TimeZone', ${sessionZone}, true)`.execute(trx)
        await compareAroundChanges(trx, named())
      })
    },
  )

  it('is what Temporal says on any day, and belongs to that day', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ zone: fc.constantFrom(...agreeing()), day: anyDay, hour: anyHour }), {
          minLength: 1,
          maxLength: 200,
          size: 'max',
        }),
        async (asked) => {
          const rows = asked.map(({ zone, day, hour }) => ({ zone: zone.name, day: day.toString(), hour }))
          const answers = await sql<{ slot: Date; day: string }>`
            select slot, digest_day(slot, hour, zone) as day
            from json_to_recordset(${JSON.stringify(rows)}::json) as asked (zone text, day date, hour integer),
              lateral local_hour_at(asked.day, hour, zone) as slot`.execute(database.db)
          expect(answers.rows).toEqual(
            asked.map(({ zone, day, hour }) => ({
              slot: new Date(hourByTemporal(zone.name, day, hour) * 1000),
              day: day.toString(),
            })),
          )
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('next_digest_at', () => {
  it('is the first hour that the frequency allows, as Temporal finds it', async () => {
    const aroundChange = fc
      .constantFrom(...agreeing().flatMap((zone) => zone.changes.map((change) => ({ zone, at: change.at }))))
      .filter(({ at }) => isWithinYears(at))
      .chain(({ zone, at }) =>
        fc
          .integer({ min: -3 * daySeconds, max: 3 * daySeconds })
          .map((distance) => ({ zone, after: at + Math.round(distance / 900) * 900 })),
      )
    const anywhere = fc.record({ zone: fc.constantFrom(...agreeing()), after: anyInstant })
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            where: fc.oneof(aroundChange, anywhere),
            settings: anySettings,
            lastDay: fc.option(fc.integer({ min: -9, max: 2 })),
          }),
          { minLength: 1, maxLength: 100, size: 'max' },
        ),
        async (cases) => {
          const asked = cases.map(({ where: { zone, after }, settings, lastDay }): Asked => {
            const today = localDay(zone.name, after)
            return {
              ...settings,
              zone: zone.name,
              after,
              lastDay: lastDay === null ? null : today.add({ days: lastDay }).toString(),
            }
          })
          const answers = await nextDigests(database.db, asked)
          for (const [index, answer] of answers.entries()) {
            const question = asked[index]
            if (!question) throw new Error('an answer without a question')
            checkAnswer(question, answer)
            expect(answer.slot, JSON.stringify(question)).toBe(nextByTemporal(question))
          }
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  it('reaches every local day of a year exactly once, in every zone', async () => {
    await fc.assert(
      fc.asyncProperty(anyYear, anyHourForEach(distinct()), async (year, hourOf) => {
        const readers = distinct().map((zone, index) => ({
          zone: zone.name,
          hour: hourOf[index] ?? 0,
          frequency: 'daily' as const,
          weekday: 1,
          start: Date.UTC(year, 0, 1) / 1000,
        }))
        for (const walked of await walk(database.db, readers, 366)) checkWalk(walked)
      }),
      // A run takes seconds; a failing one names the reader, so that there is nothing to shrink.
      { numRuns: 1, endOnFailure: true },
    )
  }, 120_000)

  it('keeps each weekday and each week for a year', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyYear,
        fc.array(fc.tuple(fc.constantFrom(...distinct()), anySettings), { minLength: 10, maxLength: 10 }),
        async (year, chosen) => {
          const readers = chosen.map(([zone, settings]) => ({
            ...settings,
            frequency: settings.frequency === 'daily' ? ('weekdays' as const) : settings.frequency,
            zone: zone.name,
            start: Date.UTC(year, 0, 1) / 1000,
          }))
          for (const walked of await walk(database.db, readers, 261)) checkWalk(walked)
        },
      ),
      { numRuns: 3, endOnFailure: true },
    )
  }, 60_000)

  it('loses and repeats no day at a clock change, whatever the hour', async () => {
    await fc.assert(
      fc.asyncProperty(anyYear, async (year) => {
        const readers = distinct().flatMap((zone) =>
          zone.changes
            .filter((change) => new Date(change.at * 1000).getUTCFullYear() === year)
            .flatMap((change) =>
              hours.map((hour) => ({
                zone: zone.name,
                hour,
                frequency: 'daily' as const,
                weekday: 1,
                start: change.at - 2 * daySeconds,
              })),
            ),
        )
        expect(readers.length).toBeGreaterThan(1_000)
        for (const walked of await walk(database.db, readers, 5)) checkWalk(walked)
      }),
      { numRuns: 1, endOnFailure: true },
    )
  }, 120_000)

  it('never gives two digests on one day to a reader who keeps changing their mind', async () => {
    const step = fc.record({
      /** How late the digest at hand is planned; the next is looked for from then on. */
      lateSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 * 3600 })),
      /** How often, before the next digest, the reader saves preferences, and when: a share of the time left. */
      changes: fc.array(
        fc.record({
          share: fc.double({ min: 0, max: 0.999, noNaN: true }),
          settings: anySettings,
          zone: fc.constantFrom(...zones),
        }),
        { maxLength: 3 },
      ),
    })
    const history = fc.record({
      zone: fc.constantFrom(...zones),
      settings: anySettings,
      start: anyInstant,
      steps: fc.array(step, { minLength: 8, maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(history, { minLength: 1, maxLength: 30, size: 'max' }), async (histories) => {
        const readers = histories.map(({ zone, settings, start, steps }) => ({
          asked: { ...settings, zone: zone.name, after: start, lastDay: null } as Asked,
          slot: 0,
          digestDays: [] as string[],
          steps,
        }))
        const findNext = async (who: typeof readers) => {
          const answers = await nextDigests(
            database.db,
            who.map((reader) => reader.asked),
          )
          for (const [index, reader] of who.entries()) {
            const answer = answers[index]
            if (!answer) throw new Error('a question without an answer')
            checkAnswer(reader.asked, answer)
            reader.slot = answer.slot
          }
        }
        await findNext(readers)
        for (let turn = 0; turn < 8; turn++) {
          for (let change = 0; change < 3; change++) {
            const changing = readers.filter((reader) => {
              const made = reader.steps[turn]?.changes[change]
              if (!made) return false
              const at = reader.asked.after + Math.floor((reader.slot - reader.asked.after) * made.share)
              reader.asked = { ...made.settings, zone: made.zone.name, after: at, lastDay: reader.asked.lastDay }
              return true
            })
            if (changing.length > 0) await findNext(changing)
          }
          const days = await digestDays(database.db, readers)
          for (const [index, reader] of readers.entries()) {
            const day = days[index]
            if (!day) throw new Error('a digest without a day')
            reader.digestDays.push(day)
            reader.asked = {
              ...reader.asked,
              after: reader.slot + (reader.steps[turn]?.lateSeconds ?? 0),
              lastDay: day,
            }
          }
          await findNext(readers)
        }
        for (const { digestDays: days } of readers) expect(days).toEqual([...new Set(days)].sort())
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})

// --- what is drawn ---------------------------------------------------------------------------------------

const anyYear = fc.integer({ min: firstYear, max: lastYear })
const anyHour = fc.integer({ min: 0, max: 23 })
const anyHourForEach = (what: readonly unknown[]) =>
  fc.array(anyHour, { minLength: what.length, maxLength: what.length })
const anyInstant = fc.integer({
  min: Date.UTC(firstYear, 0, 1) / 1000,
  max: Date.UTC(lastYear, 11, 1) / 1000,
})
const anyDay = fc
  .integer({ min: 0, max: (lastYear - firstYear + 1) * 365 })
  .map((days) => Temporal.PlainDate.from({ year: firstYear, month: 1, day: 1 }).add({ days }))

type Settings = { readonly frequency: Frequency; readonly weekday: number; readonly hour: number }

const anySettings: fc.Arbitrary<Settings> = fc.record({
  frequency: fc.constantFrom<Frequency>('daily', 'weekdays', 'weekly'),
  weekday: fc.integer({ min: 1, max: 7 }),
  hour: anyHour,
})

// --- the reference ---------------------------------------------------------------------------------------

function hourByTemporal(zone: string, day: Temporal.PlainDate, hour: number): number {
  const wall = day.toPlainDateTime({ hour })
  return wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds / 1000
}

function localDay(zone: string, at: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
}

function isAllowed(day: Temporal.PlainDate, { frequency, weekday }: Settings): boolean {
  if (frequency === 'daily') return true
  return frequency === 'weekdays' ? day.dayOfWeek <= 5 : day.dayOfWeek === weekday
}

function nextByTemporal(asked: Asked): number {
  // An hour that was skipped up to midnight is shown on the day after its own.
  for (let day = localDay(asked.zone, asked.after).subtract({ days: 1 }); ; day = day.add({ days: 1 })) {
    if (asked.lastDay !== null && day.toString() <= asked.lastDay) continue
    if (!isAllowed(day, asked)) continue
    const slot = hourByTemporal(asked.zone, day, asked.hour)
    if (slot > asked.after) return slot
  }
}

function changesByTemporal(zone: string): Change[] {
  const changes: Change[] = []
  let here = Temporal.Instant.fromEpochMilliseconds(gridStart * 1000).toZonedDateTimeISO(zone)
  for (;;) {
    const next = here.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds / 1000 > gridEnd) return changes
    changes.push({
      at: next.epochMilliseconds / 1000,
      before: here.offsetNanoseconds / 1e9,
      after: next.offsetNanoseconds / 1e9,
    })
    here = next
  }
}

// --- the database ----------------------------------------------------------------------------------------

/** Compares the two time zone databases on a daily grid, and in the seconds before and at each clock change. */
async function describeZones(db: Database, names: readonly string[]): Promise<Zone[]> {
  const reference = names.map((name) => ({
    name,
    changes: changesByTemporal(name),
    start: Temporal.Instant.fromEpochMilliseconds(gridStart * 1000).toZonedDateTimeISO(name).offsetNanoseconds / 1e9,
  }))
  const grid = await sql<{ zone: string; runs: [at: number, offset: number][] }>`
    select zone, json_agg(json_build_array(at, seconds) order by at) as runs
    from (
      select zone, at, seconds, lag(seconds) over (partition by zone order by at) as previous
      from unnest(${names}::text[]) as zone,
        generate_series(${gridStart}::integer, ${gridEnd}::integer, ${daySeconds}::integer) as at,
        lateral (select to_timestamp(at) as instant) as i,
        lateral (select extract(epoch from (instant at time zone zone) - (instant at time zone 'UTC')) as seconds) as o
    ) as days
    where seconds is distinct from previous
    group by zone`.execute(db)
  const runsOf = new Map(grid.rows.map((row) => [row.zone, row.runs]))
  const edges = reference.flatMap(({ name, changes }) =>
    changes.flatMap(({ at, before, after }) => [
      { zone: name, at: at - 1, expected: before },
      { zone: name, at, expected: after },
    ]),
  )
  const differing = await sql<{ zone: string; at: number }>`
    select zone, at
    from json_to_recordset(${JSON.stringify(edges)}::json) as edge (zone text, at integer, expected integer),
      lateral (select to_timestamp(at) as instant) as i
    where extract(epoch from (instant at time zone zone) - (instant at time zone 'UTC')) <> expected`.execute(db)
  const edgesOf = Map.groupBy(differing.rows, (row) => row.zone)

  return reference.map(({ name, changes, start }) => {
    const disagreements = (edgesOf.get(name) ?? []).map((row) => row.at)
    const runs = runsOf.get(name) ?? []
    for (let at = gridStart; at <= gridEnd; at += daySeconds) {
      const here = runs.findLast((run) => run[0] <= at)?.[1]
      const there = changes.findLast((change) => change.at <= at)?.after ?? start
      if (here !== there) disagreements.push(at)
    }
    disagreements.sort((a, b) => a - b)
    return {
      name,
      changes,
      disagreements,
      key: disagreements.length > 0 ? name : JSON.stringify([start, changes]),
    }
  })
}

/** Compares each hour of the two days around each clock change; returns how many hours it compared. */
async function compareAroundChanges(db: Database, among: readonly Zone[]): Promise<number> {
  const windows = among.flatMap((zone) =>
    zone.changes
      .filter(({ at }) => isWithinYears(at))
      .filter(({ at }) => zone.disagreements.every((other) => Math.abs(other - at) > 4 * daySeconds))
      .map(({ at }) => ({ zone: zone.name, first: localDay(zone.name, at).subtract({ days: 2 }) })),
  )
  let compared = 0
  const wrong: string[] = []
  for (let index = 0; index < windows.length; index += 200) {
    const slice = windows.slice(index, index + 200)
    const asked = slice.map(({ zone, first }, n) => ({ n, zone, first: first.toString() }))
    const { rows } = await sql<{ slots: [slot: number, day: string][] }>`
      select json_agg(json_build_array(extract(epoch from slot), digest_day(slot, hour, zone)) order by day, hour) as slots
      from json_to_recordset(${JSON.stringify(asked)}::json) as asked (n integer, zone text, first date),
        generate_series(0, 4) as day,
        generate_series(0, 23) as hour,
        lateral local_hour_at(first + day, hour, zone) as slot
      group by n
      order by n`.execute(db)
    for (const [n, { zone, first }] of slice.entries()) {
      const slots = rows[n]?.slots ?? []
      for (let day = 0; day < 5; day++) {
        const date = first.add({ days: day })
        for (const hour of hours) {
          compared++
          const expected = hourByTemporal(zone, date, hour)
          const [slot, digestDay] = slots[day * 24 + hour] ?? []
          if (slot !== expected || digestDay !== date.toString()) {
            wrong.push(`${zone} ${date} ${hour}: ${isoOf(slot)} of ${digestDay}, not ${isoOf(expected)}`)
          }
        }
      }
    }
  }
  expect(wrong.slice(0, 20), `${wrong.length} of ${compared} are wrong`).toEqual([])
  return compared
}

type Asked = Settings & { readonly zone: string; readonly after: number; readonly lastDay: string | null }

type Answer = {
  readonly slot: number
  /** The local day that the digest belongs to, by the functions under test. */
  readonly day: string
  /** What the reader's clock shows at the slot, by PostgreSQL's own conversion. */
  readonly shown: string
  /** Whether the clock never shows the hour on that day, by PostgreSQL's own conversion. */
  readonly skipped: boolean
}

async function nextDigests(db: Database, asked: readonly Asked[]): Promise<Answer[]> {
  const input = asked.map((question, n) => ({ n, ...question }))
  const { rows } = await sql<Answer>`
    select extract(epoch from slot)::float8 as slot, day::text, ${shown}, ${skipped}
    from json_to_recordset(${JSON.stringify(input)}::json) as asked
        (n integer, zone text, after bigint, "lastDay" date, frequency text, weekday integer, hour integer),
      lateral next_digest_at(to_timestamp(after), "lastDay", frequency, weekday, hour, zone) as slot,
      lateral digest_day(slot, hour, zone) as day
    order by n`.execute(db)
  return rows
}

const shown = sql`to_char(slot at time zone zone, 'YYYY-MM-DD"T"HH24:MI:SS') as shown`
const skipped = sql`((day + make_interval(hours => hour)) at time zone zone) at time zone zone
  <> day + make_interval(hours => hour) as skipped`

async function digestDays(db: Database, readers: readonly { asked: Asked; slot: number }[]): Promise<string[]> {
  const input = readers.map(({ asked: { hour, zone }, slot }, n) => ({ n, slot, hour, zone }))
  const { rows } = await sql<{ day: string }>`
    select digest_day(to_timestamp(slot), hour, zone) as day
    from json_to_recordset(${JSON.stringify(input)}::json) as reader (n integer, slot bigint, hour integer, zone text)
    order by n`.execute(db)
  return rows.map((row) => row.day)
}

type Reader = Settings & { readonly zone: string; readonly start: number }
type Walked = Reader & { readonly digests: readonly Answer[] }

/** Follows readers from digest to digest. The last day is not passed on: the instant alone has to be enough. */
async function walk(db: Database, readers: readonly Reader[], steps: number): Promise<Walked[]> {
  const input = readers.map((reader, n) => ({ n, ...reader }))
  // "offset 0" keeps the planner from calling the function once for each mention of its result.
  const { rows } = await sql<{ digests: [slot: number, day: string, shown: string, skipped: boolean][] }>`
    with recursive reader as (
      select * from json_to_recordset(${JSON.stringify(input)}::json) as reader
        (n integer, zone text, start bigint, frequency text, weekday integer, hour integer)
    ), walk as (
      select n, 0 as step, to_timestamp(start) as slot from reader
      union all
      select n, step + 1, next.slot
      from walk join reader using (n),
        lateral (select next_digest_at(walk.slot, null, frequency, weekday, hour, zone) as slot offset 0) as next
      where step < ${steps}
    )
    select json_agg(json_build_array(extract(epoch from slot), day, shown, skipped) order by step) as digests
    from (
      select n, step, slot, day, ${shown}, ${skipped}
      from walk join reader using (n), lateral digest_day(slot, hour, zone) as day
      where step > 0
    ) as digest
    group by n
    order by n`.execute(db)
  return readers.map((reader, n) => ({
    ...reader,
    digests: (rows[n]?.digests ?? []).map(([slot, day, shown, skipped]) => ({ slot, day, shown, skipped })),
  }))
}

// --- what has to hold ------------------------------------------------------------------------------------

function checkAnswer(asked: Asked, { slot, day, shown, skipped }: Answer): void {
  const report = `${JSON.stringify(asked)} → ${isoOf(slot)}, shown as ${shown}, of ${day}`
  expect(slot, report).toBeGreaterThan(asked.after)
  if (asked.lastDay !== null) expect(day > asked.lastDay, report).toBe(true)
  expect(isAllowed(Temporal.PlainDate.from(day), asked), report).toBe(true)
  const hour = `${day}T${String(asked.hour).padStart(2, '0')}:00:00`
  if (skipped) expect(shown > hour, report).toBe(true)
  else expect(shown, report).toBe(hour)
  // Nobody waits longer than their frequency, the two days that a new zone can cost, and the day of a last digest.
  const longestDays = { daily: 4, weekdays: 6, weekly: 10 }[asked.frequency]
  const longestClockChange = 2 * 3_600 // Antarctica/Troll; a day on which clocks go back is longer than 24 hours
  expect(slot - asked.after, report).toBeLessThanOrEqual(longestDays * daySeconds + longestClockChange)
}

function checkWalk(walked: Walked): void {
  const { digests, ...reader } = walked
  let after = reader.start
  let previous: Temporal.PlainDate | undefined
  for (const digest of digests) {
    checkAnswer({ ...reader, after, lastDay: null }, digest)
    const day = Temporal.PlainDate.from(digest.day)
    if (previous) {
      let expected = previous.add({ days: 1 })
      while (!isAllowed(expected, reader)) expected = expected.add({ days: 1 })
      expect(day.toString(), `${JSON.stringify(reader)} after ${previous}`).toBe(expected.toString())
    }
    previous = day
    after = digest.slot
  }
}

const isWithinYears = (at: number) => {
  const year = new Date(at * 1000).getUTCFullYear()
  return year >= firstYear && year <= lastYear
}

const isoOf = (seconds: number | undefined) =>
  seconds === undefined ? 'nothing' : new Date(seconds * 1000).toISOString()
