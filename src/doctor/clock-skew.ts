// Due times are the database's, webhooks are refused when they seem more than 5 minutes old, logs are read side by side.
import { sql } from 'kysely'
import type { DomainsAnswer } from '../delivery/list-domains.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/schema.ts'
import { type Finding, notChecked, ok, problem, warning } from './check.ts'

const warningSeconds = 2
const problemSeconds = 30

/** How far this machine's clock is ahead of another, and by how much that may be wrong. */
export type Skew = { readonly of: string; readonly seconds: number; readonly uncertainty: number }

/** Against the database: half the time of the question is all that can be wrong. */
export async function databaseSkew(db: Database, clock: Clock): Promise<Skew> {
  const askedAt = clock.now().getTime()
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(db)
  return skewOf('the database', askedAt, clock.now().getTime(), rows[0]?.ms ?? Number.NaN, 0)
}

/** Against the `Date` of the provider's answer (RFC 9110 section 6.6.1), which has no fractions of a second. */
export function providerSkew({ date, askedAt, answeredAt }: DomainsAnswer): Skew | undefined {
  return date && skewOf('the provider', askedAt.getTime(), answeredAt.getTime(), date.getTime() + 500, 500)
}

function skewOf(of: string, askedAt: number, answeredAt: number, theirs: number, roundedMs: number): Skew {
  const mine = (askedAt + answeredAt) / 2
  return {
    of,
    seconds: (mine - theirs) / 1_000,
    uncertainty: (Math.abs(answeredAt - askedAt) / 2 + roundedMs) / 1_000,
  }
}

export function judgeSkews(skews: readonly Skew[]): Finding {
  if (skews.length === 0) return notChecked('neither the database nor the provider told its time')
  const worst = Math.max(...skews.map(({ seconds, uncertainty }) => Math.abs(seconds) - uncertainty))
  const found = skews.map(describe).join(', ')
  const remedy = 'Let the machines set their clocks by NTP. The provider’s webhooks are refused at more than 5 minutes.'
  if (worst > problemSeconds) return problem(found, remedy)
  if (worst > warningSeconds) return warning(found, remedy)
  return ok(found)
}

function describe({ of, seconds, uncertainty }: Skew): string {
  const off = Math.abs(seconds)
  if (off <= Math.max(uncertainty, 0.1)) return `agrees with ${of}`
  return `${off.toFixed(1)} s ${seconds > 0 ? 'ahead of' : 'behind'} ${of}`
}
