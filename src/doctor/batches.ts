// Batches that nobody asks about, that get no answer, and what became of no one knows what.
import { sql } from 'kysely'
import { keyLifetimeHours } from '../delivery/claim-batch.ts'
import { sqlBound } from '../platform/clock.ts'
import { ok, problem, type RowCheck, warning } from './check.ts'
import { counted, duration, some } from './words.ts'

const overSeconds = 300
const longSeconds = 7_200
/** So long before a batch is given up. */
const lastHours = 4
const recentDays = 7
const most = 10_000

type Age = { batches: number; longest: number }

export const leasesCheck: RowCheck = {
  name: 'stuck-leases',
  since: '2026-11-23-first',
  async look({ clock }, trx) {
    const now = clock.sqlNow
    const { rows } = await sql<Age>`
      select count(*) as batches, extract(epoch from ${now} - min(lease_until))::float8 as longest from (
        select lease_until from batches
        where state = 'sending' and lease_until < ${now} - make_interval(secs => ${overSeconds})
        order by lease_until limit ${most + 1}) as oldest`.execute(trx)
    const [stuck] = rows
    if (!stuck || stuck.batches === 0) return ok('none')
    return problem(
      `nobody has asked about ${counted(stuck.batches, 'batch', most)} since their leases ended, the first ${duration(stuck.longest)} ago`,
      'See that newsmatro start is running, with the RESEND_API_KEY that they were begun with: no other is asked about them. While sending is paused they wait, too.',
    )
  },
}

export const unansweredCheck: RowCheck = {
  name: 'unanswered',
  since: '2026-11-23-first',
  async look({ clock }, trx) {
    const now = clock.sqlNow
    const { rows } = await sql<Age>`
      select count(*) as batches, extract(epoch from ${now} - min(first_tried_at))::float8 as longest from (
        select first_tried_at from batches
        where state = 'sending' and first_tried_at < ${now} - make_interval(secs => ${longSeconds})
        limit ${most + 1}) as waiting`.execute(trx)
    const [waiting] = rows
    if (!waiting || waiting.batches === 0)
      return ok(`no batch is without an answer for more than ${duration(longSeconds)}`)
    const found = `${counted(waiting.batches, 'batch', most)} without an answer, the first for ${duration(waiting.longest)}`
    const left = keyLifetimeHours * 3_600 - waiting.longest
    return left < lastHours * 3_600
      ? problem(
          found,
          `${left > 0 ? `In ${duration(left)}` : 'At the next tick'} its messages become unknown, and are not sent again. See the provider’s status, and the log for batch_not_accepted.`,
        )
      : warning(
          found,
          `With the RESEND_API_KEY that they were begun with they are asked about again and again, for ${keyLifetimeHours} h. See the provider’s status.`,
        )
  },
}

export const unknownCheck: RowCheck = {
  name: 'unknown-mail',
  since: '2026-11-26-unknown-batches',
  async look({ clock }, trx) {
    const { rows } = await sql<{ run_id: number | null; messages: number }>`
      select m.run_id, count(*) as messages
      from (select id from batches
        where state = 'unknown' and settled_at > ${sqlBound(clock)} - make_interval(days => ${recentDays})
        order by settled_at desc limit ${most}) as b
      join messages m on m.batch_id = b.id and m.state = 'unknown'
      group by m.run_id order by m.run_id desc nulls last`.execute(trx)
    if (rows.length === 0) return ok(`none in ${recentDays} days`)
    const messages = rows.reduce((sum, row) => sum + row.messages, 0)
    const runs = rows.flatMap(({ run_id }) => (run_id === null ? [] : [run_id]))
    return warning(
      `of ${counted(messages, 'mail')} in ${recentDays} days nobody knows whether the provider took it${runs.length > 0 ? ` (run ${some(runs)})` : ''}`,
      `They are not sent again by themselves. ${runs.length > 0 ? `newsmatro runs show ${runs[0]} --missing lists them; ` : ''}the provider’s list of emails may have them.`,
    )
  },
}
