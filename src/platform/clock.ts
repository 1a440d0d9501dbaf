import { type RawBuilder, sql } from 'kysely'

/** Time, as an argument. Rows that several processes must agree on are stamped by the database's clock. */
export type Clock = {
  /** This process's time: for logs, limits on waiting, and the slot a job was asked to run at. */
  now(): Date
  /** The database's time, as an expression to put into a query. */
  readonly sqlNow: RawBuilder<Date>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sqlNow: sql<Date>`clock_timestamp()`,
}

/** A clock that stands still until it is told otherwise. */
export function fixedClock(start: Date): Clock & { set(time: Date): void } {
  let current = start
  return {
    now: () => current,
    get sqlNow() {
      return sql<Date>`${current}::timestamptz`
    },
    set: (time) => {
      current = time
    },
  }
}
