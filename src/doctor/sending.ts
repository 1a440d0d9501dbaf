// What holds mail back by intent: a pause, a quota, the warm-up.
import { sql } from 'kysely'
import { providerAccount, refusalsInARow } from '../delivery/provider-limits.ts'
import { warmUpStanding } from '../delivery/warm-up.ts'
import type { Row } from '../platform/database/schema.ts'
import { mask } from '../platform/log.ts'
import { ok, problem, type RowCheck, warning } from './check.ts'
import { counted, duration } from './words.ts'

const longWaitSeconds = 10

export const sendingCheck: RowCheck = {
  name: 'sending',
  since: '2026-12-04-refusals',
  async look({ apiKey, clock }, trx) {
    const { rows } = await sql<Row<'provider_limits'> & { wait: number; until: number | null }>`
      select *, coalesce(extract(epoch from held_until - ${clock.sqlNow})::float8, 0) as wait,
        extract(epoch from bulk_paused_until - ${clock.sqlNow})::float8 as until
      from provider_limits where account = ${providerAccount(apiKey)}`.execute(trx)
    const [limits] = rows
    if (!limits) return ok('nothing was sent with this key yet')
    const limit = describeLimit(limits)
    if (limits.pause_reason !== null) {
      const digests = limits.until !== null && limits.until > 0 ? `; digests wait ${duration(limits.until)} more` : ''
      return problem(
        `paused: ${mask(limits.pause_reason)}${digests} (${limit})`,
        'The first call that is accepted ends the pause; start tries by itself. Another key in RESEND_API_KEY has no pause; what has no answer yet is asked about with this one only.',
      )
    }
    if (limits.wait > longWaitSeconds) {
      return warning(
        `${limits.hold_reason}; the next call is in ${duration(limits.wait)} (${limit})`,
        'It goes on by itself then. See at the provider whether it works, and who else uses the account.',
      )
    }
    if (limits.transactional_refusals >= refusalsInARow) {
      return problem(
        `the provider refused the last ${limits.transactional_refusals} confirmations and answers, each by itself (${limit})`,
        'See their reasons at the provider. Where it is not addresses that somebody makes up, something in our mails is wrong.',
      )
    }
    return ok(`not paused (${limit})`)
  },
}

function describeLimit(limits: Row<'provider_limits'>): string {
  const { requests_per_second: rate, daily_used: daily, monthly_used: monthly, used_at: at } = limits
  const parts = [
    rate === null ? 'limit not known yet' : rate === 0 ? 'no limit told' : `${counted(rate, 'call')} a second`,
    ...(daily === null ? [] : [`${daily.toLocaleString('en')} of the day's quota used`]),
    ...(monthly === null ? [] : [`${monthly.toLocaleString('en')} of the month's`]),
  ]
  return parts.join(', ') + (at && parts.length > 1 ? ` at ${at.toISOString().slice(0, 16)}Z` : '')
}

export const warmUpCheck: RowCheck = {
  name: 'warm-up',
  since: '2026-11-25-provider-limits',
  async look({ config, clock }, trx) {
    const standing = await warmUpStanding({ config, clock }, trx)
    if (!standing) return ok('none')
    const { day, cap, used } = standing
    const days = config.warmUp?.days ?? 0
    if (cap === null) return ok(`over since ${counted(day - days, 'day')}: WARMUP may go`)
    const found = `day ${day + 1} of ${days}: ${used.toLocaleString('en')} of ${counted(cap, 'digest')} sent today`
    if (used < cap) return ok(found)
    // In the order of messages_bulk: otherwise PostgreSQL may look for one that waits among all that were sent.
    const { rows } = await sql`
      select from messages where state = 'pending' and kind = 'digest' order by run_id, id limit 1`.execute(trx)
    if (rows.length === 0) return ok(found)
    return warning(
      `${found}, others wait`,
      'Nothing to do: they go from 00:00 UTC on. A larger WARMUP lets more go today.',
    )
  },
}
