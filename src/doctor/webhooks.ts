// Without the provider's events bounces and complaints change nothing, and mail goes on to who does not want it.
import { sql } from 'kysely'
import { sqlBound } from '../platform/clock.ts'
import type { Config } from '../platform/config.ts'
import { type Finding, notChecked, ok, problem, type RowCheck, warning } from './check.ts'
import { counted, duration } from './words.ts'

export function judgeWebhookSecret({ resend, webhookSecrets, publicUrl }: Config): Finding {
  if (!resend) return ok('sandbox: it needs none')
  if (webhookSecrets.length > 0) return ok(`${counted(webhookSecrets.length, 'secret')} set`)
  return problem(
    'RESEND_WEBHOOK_SECRET is not set: bounces and complaints change nothing',
    `At resend.com/webhooks let one post to ${publicUrl}/webhooks/resend, and set its signing secret.`,
  )
}

const quietSeconds = 3_600
/** As long as events are kept. */
const days = 30
const newestMails = 1_000

export const webhookEventsCheck: RowCheck = {
  name: 'webhook-events',
  since: '2026-11-24-webhooks',
  async look({ config, clock }, trx) {
    if (!config.resend) return notChecked('sandbox: mail stays on this machine')
    const now = sqlBound(clock)
    // Digests by the time of their claim; single mails among the newest batches.
    const { rows } = await sql<{ event_age: number | null; submitted_age: number | null; is_later: boolean }>`
      with event as (select max(received_at) as at from webhook_events),
      submitted as (
        select max(settled_at) as at from (
          (select settled_at from batches
            where endpoint = 'emails/batch' and state = 'submitted'
              and claimed_at between ${now} - make_interval(days => ${days}) and ${now} - make_interval(secs => ${quietSeconds})
            order by claimed_at desc limit 1)
          union all
          select settled_at from (
            select endpoint, state, settled_at from batches order by id desc limit ${newestMails}) as newest
          where endpoint = 'emails' and state = 'submitted'
            and settled_at between ${now} - make_interval(days => ${days}) and ${now} - make_interval(secs => ${quietSeconds})
        ) as either
      )
      select extract(epoch from ${now} - event.at)::float8 as event_age,
        extract(epoch from ${now} - submitted.at)::float8 as submitted_age,
        coalesce(submitted.at > event.at, submitted.at is not null) as is_later
      from event, submitted`.execute(trx)
    const [row] = rows
    const newest =
      typeof row?.event_age === 'number' ? `the newest came ${duration(row.event_age)} ago` : 'none came yet'
    if (!row?.is_later) return ok(newest)
    return warning(
      `${newest}, though mail was submitted ${duration(row.submitted_age ?? 0)} ago`,
      `See at resend.com/webhooks whether the one to ${config.publicUrl}/webhooks/resend is enabled, has email.delivered among its events, and what it was answered.`,
    )
  },
}
