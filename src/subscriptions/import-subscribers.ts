import { sql } from 'kysely'
import { recallSuppressions } from '../delivery/erased-suppressions.ts'
import type { Context } from '../platform/context.ts'
import type { Database, InTransaction, SubscriptionState } from '../platform/database/schema.ts'
import type { Evidence } from './consent.ts'
import type { Newsletter } from './newsletters.ts'
import { type Choices, withKnownTimeZone } from './preferences.ts'
import { choiceKeyOf, readTopicIds, storeTopicChoices } from './topic-choices.ts'

/** A reader whose consent was given elsewhere, and can be shown. */
export type ConfirmedReader = Choices & {
  readonly email: string
  readonly emailKey: string
  /** What they are spoken to in; otherwise the newsletter's. */
  readonly language?: string
  readonly confirmedAt: Date
  /** Where they gave their consent, in the words of whoever kept it. */
  readonly source: string | null
}

/** What became of a set of readers: they are added, unchanged or left. */
export type ImportedSet = {
  readonly added: number
  /** Already subscribed, or asked to confirm: they stay as they are. */
  readonly unchanged: number
  /** They left, and are not brought back. */
  readonly left: number
  /** Of those added: their address is suppressed, so that they get nothing. */
  readonly suppressed: number
}

export type ImportOptions = {
  /** Say what would happen, and change nothing. */
  readonly isDryRun?: boolean
}

/**
 * Adds readers who confirmed elsewhere, as one set in one transaction; their addresses must differ. Whoever is already
 * known to the newsletter stays as they are, also those who left. The first digest covers the day before the import, the
 * seven days before for a weekly one, so that it is not empty, however long ago they confirmed.
 */
export function importSubscribers(
  context: Context,
  newsletter: Newsletter,
  readers: readonly ConfirmedReader[],
  evidence: Evidence,
  { isDryRun = false }: ImportOptions = {},
): Promise<ImportedSet> {
  return withKnownTimeZone(() =>
    context.db.transaction().execute(async (trx) => {
      if (!isDryRun)
        await recallSuppressions(
          trx,
          context,
          readers.map(({ emailKey }) => emailKey),
        )
      const known = await lookUp(trx, newsletter, readers)
      const isNew = readers.map((_, index) => known[index]?.state === null)
      const newReaders = readers.filter((_, index) => isNew[index])
      const added = isDryRun ? newReaders.length : await add(context, trx, newsletter, newReaders, evidence)
      const left = known.filter(({ state }) => state === 'ended').length
      return {
        added,
        unchanged: readers.length - left - added,
        left,
        suppressed: known.filter(({ state, isSuppressed }) => state === null && isSuppressed).length,
      }
    }),
  )
}

/**
 * In the order of the readers. Each is looked up by the index: of a table that has just grown from a few rows PostgreSQL believes
 * that it is small, and would compare all with all.
 */
async function lookUp(
  db: Database,
  newsletter: Newsletter,
  readers: readonly ConfirmedReader[],
): Promise<readonly { readonly state: SubscriptionState | null; readonly isSuppressed: boolean }[]> {
  const { rows } = await sql<{ state: SubscriptionState | null; isSuppressed: boolean }>`
    select s.state, x.email_key is not null as "isSuppressed"
    from unnest(${readers.map(({ emailKey }) => emailKey)}::text[]) with ordinality as given (email_key, place)
      left join lateral (select id from subscribers where email_key = given.email_key limit 1) r on true
      left join lateral (
        select state from subscriptions where subscriber_id = r.id and newsletter_id = ${newsletter.id} limit 1) s on true
      left join suppressions x on x.email_key = given.email_key
    order by place`.execute(db)
  return rows
}

/** Those who were added meanwhile by someone else are left out. */
async function add(
  context: Context,
  trx: InTransaction,
  newsletter: Newsletter,
  readers: readonly ConfirmedReader[],
  evidence: Evidence,
): Promise<number> {
  if (readers.length === 0) return 0
  const topicIds = await readTopicIds(trx, newsletter.id)
  const choiceKeys = readers.map(({ topics }) => choiceKeyOf(topicIds, topics))
  const choices = await storeTopicChoices(
    trx,
    newsletter.id,
    choiceKeys.filter((key) => key !== null),
  )
  const rows = readers.map((reader, index) => ({
    email: reader.email,
    email_key: reader.emailKey,
    frequency: reader.frequency,
    weekday: reader.weekday,
    hour: reader.hour,
    time_zone: reader.timeZone,
    language: reader.language ?? newsletter.language,
    topic_choice_id: choices.get(choiceKeys[index] ?? '') ?? null,
    confirmed_at: reader.confirmedAt.toISOString(),
    details: {
      confirmedAt: reader.confirmedAt.toISOString(),
      ...(reader.source === null ? {} : { source: reader.source }),
    },
  }))
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json) as given (email text, email_key text, frequency text,
    weekday smallint, hour smallint, time_zone text, language text, topic_choice_id bigint, confirmed_at timestamptz(3), details jsonb)`
  // A statement of its own: the next one then also sees whom someone else has just added. In one order everywhere, so that
  // two imports at once do not wait for each other.
  await sql`
    insert into subscribers (email, email_key) select email, email_key from ${given}
    where not exists (select from subscribers r where r.email_key = given.email_key)
    order by email_key
    on conflict (email_key) do nothing`.execute(trx)
  const now = context.clock.sqlNow
  const { numAffectedRows } = await sql`
    with given as (
      select r.id as subscriber_id, given.* from ${given} join subscribers r using (email_key)
    ), next as (
      select *, next_digest_at(${now}, null, frequency, weekday, hour, time_zone) as at
      from (select distinct frequency, weekday, hour, time_zone from given) as distinct_choices
    ), subscribed as (
      insert into subscriptions (subscriber_id, newsletter_id, state, frequency, weekday, hour, time_zone, language,
        topic_choice_id, confirmed_at, read_until, told_from, next_digest_at)
      select subscriber_id, ${newsletter.id}, 'active', frequency, weekday, hour, time_zone, language,
        topic_choice_id, confirmed_at, since, since, next.at
      from given join next using (frequency, weekday, hour, time_zone),
        lateral (select ${now} - case when frequency = 'weekly' then interval '7 days' else interval '1 day' end as since) as news
      order by subscriber_id
      on conflict (subscriber_id, newsletter_id) do nothing
      returning id, subscriber_id
    )
    insert into consent_events (subscriber_id, subscription_id, kind, occurred_at, source, ip, user_agent, details)
    select subscriber_id, subscribed.id, 'imported', ${now}, ${evidence.source}, ${evidence.ip}, ${evidence.userAgent}, details
    from subscribed join given using (subscriber_id)`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}
