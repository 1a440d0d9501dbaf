import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import type { Evidence } from './consent.ts'
import type { Newsletter } from './newsletters.ts'
import { type Choices, chooseTopics, withKnownTimeZone } from './preferences.ts'

/** A reader whose consent was given elsewhere, and can be shown. */
export type ConfirmedReader = Choices & {
  readonly email: string
  readonly emailKey: string
  readonly confirmedAt: Date
}

/**
 * Adds readers who confirmed elsewhere, set by set; their first digest is the one after their confirmation. Whoever is
 * already known stays as they are. Suppressed addresses are added and go on being excluded. Returns how many were added.
 */
export async function importSubscribers(
  context: Context,
  newsletter: Newsletter,
  readers: readonly ConfirmedReader[],
  evidence: Evidence,
): Promise<number> {
  return withKnownTimeZone(() =>
    context.db.transaction().execute(async (trx) => {
      const choices = await topicChoices(trx, newsletter, readers)
      const rows = readers.map((reader) => ({
        email: reader.email,
        email_key: reader.emailKey,
        frequency: reader.frequency,
        weekday: reader.weekday,
        hour: reader.hour,
        time_zone: reader.timeZone,
        topic_choice_id: choices.get(reader.topics.join(',')) ?? null,
        confirmed_at: reader.confirmedAt.toISOString(),
      }))
      const now = context.clock.sqlNow
      const { numAffectedRows } = await sql`
        with given as (
          select * from json_to_recordset(${JSON.stringify(rows)}::json) as t (email text, email_key text, frequency text,
            weekday smallint, hour smallint, time_zone text, topic_choice_id bigint, confirmed_at timestamptz(3))
        ), added as (
          insert into subscribers (email, email_key) select distinct on (email_key) email, email_key from given
          on conflict (email_key) do nothing returning id, email_key
        ), known as (
          select id, email_key from added
          union all
          select r.id, r.email_key from subscribers r join given using (email_key)
        ), subscribed as (
          insert into subscriptions (subscriber_id, newsletter_id, state, frequency, weekday, hour, time_zone, language,
            topic_choice_id, confirmed_at, read_until, next_digest_at)
          select distinct on (known.id) known.id, ${newsletter.id}, 'active', frequency, weekday, hour, time_zone, ${newsletter.language},
            topic_choice_id, confirmed_at,
            confirmed_at - case when frequency = 'weekly' then interval '7 days' else interval '1 day' end,
            next_digest_at(${now}, null, frequency, weekday, hour, time_zone)
          from given join known using (email_key)
          on conflict (subscriber_id, newsletter_id) do nothing
          returning id, subscriber_id
        )
        insert into consent_events (subscriber_id, subscription_id, kind, occurred_at, source, ip, user_agent)
        select subscriber_id, id, 'imported', ${now}, ${evidence.source}, ${evidence.ip}, ${evidence.userAgent} from subscribed`.execute(
        trx,
      )
      return Number(numAffectedRows ?? 0n)
    }),
  )
}

/** Each distinct choice of topics is looked up once. */
async function topicChoices(
  trx: InTransaction,
  newsletter: Newsletter,
  readers: readonly ConfirmedReader[],
): Promise<Map<string, number | null>> {
  const ids = new Map<string, number | null>()
  for (const { topics } of readers) {
    const key = topics.join(',')
    if (!ids.has(key)) ids.set(key, await chooseTopics(trx, newsletter.id, topics))
  }
  return ids
}
