// When a reader is due, worked out by itself: from the reader's choices, in JavaScript, with another time zone database.
import { Temporal } from 'temporal-polyfill'
import type { Frequency } from '../../src/platform/database/schema.ts'

export type Schedule = {
  readonly frequency: Frequency
  readonly weekday: number
  readonly hour: number
  readonly timeZone: string
}

export function localDay(at: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

/** An hour that does not exist moves forward; of one that occurs twice the first counts. */
function instantOf(day: Temporal.PlainDate, hour: number, timeZone: string): number {
  return day.toPlainDateTime({ hour }).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
}

/** The first instant after `after` at which a reader is due, on a day after `lastDay` that their frequency allows. */
export function nextSlot(after: number, lastDay: string | null, schedule: Schedule): number {
  let day = Temporal.PlainDate.from(localDay(after, schedule.timeZone)).subtract({ days: 1 })
  if (lastDay !== null) {
    const free = Temporal.PlainDate.from(lastDay).add({ days: 1 })
    if (Temporal.PlainDate.compare(free, day) > 0) day = free
  }
  for (;;) {
    if (isAllowed(day, schedule)) {
      const slot = instantOf(day, schedule.hour, schedule.timeZone)
      if (slot > after) return slot
    }
    day = day.add({ days: 1 })
  }
}

function isAllowed(day: Temporal.PlainDate, { frequency, weekday }: Schedule): boolean {
  if (frequency === 'daily') return true
  return frequency === 'weekdays' ? day.dayOfWeek <= 5 : day.dayOfWeek === weekday
}

/** The later of two days; either may be missing. */
export function laterDay(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}

export function dayBefore(day: string): string {
  return Temporal.PlainDate.from(day).subtract({ days: 1 }).toString()
}

export function dayAfter(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}
