import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nextSlot } from './local-time.ts'
import { interceptFetch } from './provider.ts'
import { Session } from './session.ts'
import { simulate } from './simulate.ts'

const network = globalThis.fetch
let session: Session

beforeAll(async () => {
  session = await Session.open()
  interceptFetch()
})

afterAll(async () => {
  globalThis.fetch = network
  await session.close()
})

describe('a seed', () => {
  // With deaths, stalls, lost connections and every weather between them.
  test.each([3, 5, 6])('%i is the same world each time', async (seed) => {
    const first = await simulate(seed, session)
    const again = await simulate(seed, session)
    expect(again.history.text(true)).toBe(first.history.text(true))
    expect(again.violation?.message).toBe(first.violation?.message)
    expect(first.steps).toBeGreaterThan(10)
  })

  test('is another world than the next', async () => {
    const [one, other] = [await simulate(1, session), await simulate(2, session)]
    expect(other.history.text(true)).not.toBe(one.history.text(true))
  })
})

describe('when a reader is due, by the simulation’s own reckoning', () => {
  const due = (after: string, lastDay: string | null, hour: number, timeZone = 'Europe/Berlin') =>
    new Date(nextSlot(Date.parse(after), lastDay, { frequency: 'daily', weekday: 1, hour, timeZone })).toISOString()

  test('an hour that does not exist moves forward', () => {
    expect(due('2026-03-28T12:00:00Z', '2026-03-28', 2)).toBe('2026-03-29T01:00:00.000Z')
  })

  test('of an hour that occurs twice the first counts, once', () => {
    expect(due('2026-10-24T12:00:00Z', '2026-10-24', 2)).toBe('2026-10-25T00:00:00.000Z')
    expect(due('2026-10-25T00:00:00Z', '2026-10-25', 2)).toBe('2026-10-26T01:00:00.000Z')
  })
})
