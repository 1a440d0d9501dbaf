import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { choicesSchema, knownTimeZone } from '../../src/subscriptions/preferences.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

it.each([
  ['CET', 'Europe/Brussels'],
  ['cet', 'Europe/Brussels'],
  ['EET', 'Europe/Athens'],
  ['EST5EDT', 'America/New_York'],
  ['UTC', 'UTC'],
  ['Europe/Berlin', 'Europe/Berlin'],
  ['+05:30', undefined],
  ['Mars/Olympus', undefined],
])('takes %s for %s', (zone, place) => {
  expect(knownTimeZone(zone)).toBe(place)
  expect(choicesSchema.safeParse({ timeZone: zone }).data?.timeZone).toBe(place)
})

it('means by each zone what the database does, in winter and in summer', async () => {
  const short = [
    'CET',
    'MET',
    'EET',
    'WET',
    'EST',
    'MST',
    'HST',
    'IST',
    'PST',
    'BST',
    'GMT',
    'Japan',
    'NZ',
    'Cuba',
    'Zulu',
  ]
  const zones = [
    ...new Set([...short, ...Intl.supportedValuesOf('timeZone')].flatMap((zone) => knownTimeZone(zone) ?? [])),
  ]
  expect(zones.filter((zone) => zone !== 'UTC' && !zone.includes('/'))).toEqual([])
  const instants = ['2026-01-15T12:00:00Z', '2026-07-15T12:00:00Z']
  const { rows } = await sql<{ zone: string; at: string; hour: number }>`
    select zone, at, extract(hour from at::timestamptz at time zone zone)::int as hour
    from unnest(${zones}::text[]) as zone join pg_timezone_names on name = zone,
      unnest(${instants}::text[]) as at`.execute(database.db)
  const differing = rows.filter(({ zone, at, hour }) => {
    const here = new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(
      new Date(at),
    )
    return Number(here) !== hour
  })
  // Two databases of time zones may be of different years: some places change their minds.
  expect(new Set(differing.map(({ zone }) => zone)).size).toBeLessThan(zones.length / 50)
  expect(differing.map(({ zone }) => zone)).not.toContain('Europe/Brussels')
  expect(rows.length).toBeGreaterThan(700)
})
