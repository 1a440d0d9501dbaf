import { setTimeout as delay } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'

/** Time, as an argument. Rows that several processes must agree on are stamped by the database's clock. */
export type Clock = {
  /** This process's time: for logs, limits on waiting, and the slot a job was asked to run at. */
  now(): Date
  /** The database's time, as an expression to put into a query. */
  readonly sqlNow: RawBuilder<Date>
  /** Milliseconds that only go forward, whatever the clock is set to: for how long something took. */
  elapsedMs(): number
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * The database's time as a bound that an index can serve: worked out once for a statement. `sqlNow` itself is worked out for
 * each row, so PostgreSQL reads all rows to compare them with it. Not for what a statement writes after it may have waited.
 */
export const sqlBound = ({ sqlNow }: Pick<Clock, 'sqlNow'>) => sql<Date>`(select ${sqlNow})`

export const systemClock: Clock = {
  now: () => new Date(),
  sqlNow: sql<Date>`clock_timestamp()`,
  elapsedMs: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
}

/** A clock that stands still until it is told otherwise, or somebody sleeps: then so much time has passed at once. */
export function fixedClock(start: Date): Clock & { set(time: Date): void } {
  let current = start
  return {
    now: () => current,
    get sqlNow() {
      return sql<Date>`${current}::timestamptz`
    },
    elapsedMs: () => current.getTime(),
    sleep: async (ms) => {
      current = new Date(current.getTime() + ms)
    },
    set: (time) => {
      current = time
    },
  }
}
