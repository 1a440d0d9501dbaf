// A slice of a run: up to 10,000 readers who are due, planned in one transaction, set by set.
import { sql } from 'kysely'
import { selectArticles } from '../articles/select-articles.ts'
import { runCanceled } from '../delivery/run-status.ts'
import type { Context } from '../platform/context.ts'
import type { ExclusionReason, InTransaction } from '../platform/database/schema.ts'
import type { DigestRun } from './open-run.ts'

export type SliceResult = {
  readonly due: number
  readonly messages: number
  readonly excluded: Readonly<Record<ExclusionReason, number>>
}

/**
 * Plans readers due in a run that no other worker has taken: one message or one recorded exclusion each. The same
 * transaction moves `readUntil` for those who get a digest, and `nextDigestAt` for all. `due` is 0 when none is left.
 */
export function planSlice(
  context: Context,
  run: DigestRun,
  scheduledAt: Date,
  sliceSize: number,
): Promise<SliceResult> {
  return context.db.transaction().execute(async (trx) => {
    const due = await takeDue(context, trx, run, scheduledAt, sliceSize)
    if (due === 0) return { due, messages: 0, excluded: { nothing_new: 0, suppressed: 0, missed: 0 } }
    await chooseContents(trx, run)
    await storeDigests(context, trx, run)
    const messages = await storeMessages(context, trx, run)
    const excluded = await storeExclusions(context, trx, run)
    await moveOn(trx, run, scheduledAt)
    return { due, messages, excluded }
  })
}

/** Who is due now, locked against other planners and against changes until the transaction ends. */
async function takeDue(
  context: Context,
  trx: InTransaction,
  run: DigestRun,
  scheduledAt: Date,
  sliceSize: number,
): Promise<number> {
  // A slot that is planned ahead of its time is not late.
  const planningAt = Math.min(scheduledAt.getTime(), context.clock.now().getTime())
  const isMissed = planningAt - run.scheduledFor.getTime() > context.config.maximumLateHours * 3_600_000
  await sql`
    create temporary table due on commit drop as
    select s.id as subscription_id, s.subscriber_id, r.email, s.language, s.frequency, s.weekday, s.hour, s.time_zone,
      s.topic_choice_id, s.read_until, s.last_digest_on, s.paused_until,
      digest_day(s.next_digest_at, s.hour, s.time_zone) as edition_date,
      (s.confirmed_at at time zone s.time_zone)::date as confirmed_on,
      case
        when exists (select from suppressions x where x.email_key = r.email_key) then 'suppressed'
        when ${isMissed} then 'missed'
      end as obstacle,
      null::bigint as digest_id
    from subscriptions s join subscribers r on r.id = s.subscriber_id
    where s.state = 'active' and s.newsletter_id = ${run.newsletterId} and s.next_digest_at = ${run.scheduledFor}
    limit ${sliceSize}
    for update of s skip locked`.execute(trx)
  const { rows } = await sql<{ readers: number }>`select count(*) as readers from due`.execute(trx)
  return rows[0]?.readers ?? 0
}

/**
 * What each group of readers gets. Readers whose `readUntil` differ but with no article in between get the same, so it
 * is first moved back to the last article before it.
 */
async function chooseContents(trx: InTransaction, run: DigestRun): Promise<void> {
  await sql`
    create temporary table contents on commit drop as
    with starts as (
      select read_until, coalesce((
        select max(a.first_seen_at) from articles a
        where a.newsletter_id = ${run.newsletterId} and a.eligible and a.first_seen_at <= read_until), '-infinity') as since
      from (select distinct read_until from due where obstacle is null) as distinct_starts
    ), choices as (
      select distinct since, topic_choice_id from due join starts using (read_until) where obstacle is null
    ), chosen as (
      select choices.since, choices.topic_choice_id, articles.article_ids, articles.total
      from choices, lateral (${selectArticles(run.newsletterId, run.windowEnd)}) as articles
    )
    select starts.read_until, chosen.topic_choice_id, article_ids, total,
      md5(article_ids::text || ' of ' || total) as content_key
    from chosen join starts using (since)`.execute(trx)
}

/** One digest for each distinct content, shared with the slices before and after this one. */
async function storeDigests(context: Context, trx: InTransaction, run: DigestRun): Promise<void> {
  await sql`
    with wanted as (
      select distinct on (d.language, d.frequency, d.edition_date, c.content_key)
        d.language, d.frequency, d.edition_date, c.content_key, c.article_ids, c.total
      from due d join contents c on c.read_until = d.read_until and c.topic_choice_id is not distinct from d.topic_choice_id
      where d.obstacle is null and c.total > 0
    ), stored as (
      insert into digests (run_id, language, frequency, edition_date, content_key, further_count, created_at)
      select ${run.id}, language, frequency, edition_date, content_key, total - cardinality(article_ids), ${context.clock.sqlNow}
      from wanted
      on conflict (run_id, language, frequency, edition_date, content_key) do nothing
      returning id, language, frequency, edition_date, content_key
    )
    insert into digest_articles (digest_id, position, article_id)
    select stored.id, article.position, article.id
    from stored join wanted using (language, frequency, edition_date, content_key),
      unnest(wanted.article_ids) with ordinality as article (id, position)`.execute(trx)
  await sql`
    update due set digest_id = g.id
    from contents c, digests g
    where due.obstacle is null and c.read_until = due.read_until and c.topic_choice_id is not distinct from due.topic_choice_id
      and g.run_id = ${run.id} and g.language = due.language and g.frequency = due.frequency
      and g.edition_date = due.edition_date and g.content_key = c.content_key`.execute(trx)
}

/** Into a run that was canceled while it was being planned, messages come canceled. */
async function storeMessages(context: Context, trx: InTransaction, run: DigestRun): Promise<number> {
  const now = context.clock.sqlNow
  // The lock makes a cancel that is just under way either see these messages, or be seen.
  const { rows } = await sql<{ canceled_at: Date | null }>`
    select canceled_at from digest_runs where id = ${run.id} for share`.execute(trx)
  const isCanceled = (rows[0]?.canceled_at ?? null) !== null
  const { numAffectedRows } = await sql`
    insert into messages (kind, subscriber_id, subscription_id, run_id, digest_id, to_email, confirmed_on, created_at,
      state, reason, settled_at)
    select 'digest', subscriber_id, subscription_id, ${run.id}, digest_id, email, confirmed_on, ${now},
      ${isCanceled ? 'canceled' : 'pending'}, ${isCanceled ? runCanceled : null}, ${isCanceled ? now : sql`null`}
    from due where digest_id is not null
    order by digest_id, subscription_id`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}

async function storeExclusions(context: Context, trx: InTransaction, run: DigestRun): Promise<SliceResult['excluded']> {
  const { rows } = await sql<{ reason: ExclusionReason; readers: number }>`
    with stored as (
      insert into exclusions (run_id, subscription_id, reason, created_at)
      select ${run.id}, subscription_id, coalesce(obstacle, 'nothing_new'), ${context.clock.sqlNow}
      from due where digest_id is null
      returning reason
    )
    select reason, count(*) as readers from stored group by reason`.execute(trx)
  const excluded = { nothing_new: 0, suppressed: 0, missed: 0 }
  for (const { reason, readers } of rows) excluded[reason] = readers
  return excluded
}

/** The next instant is worked out once for each distinct choice, not once a reader. */
async function moveOn(trx: InTransaction, run: DigestRun, scheduledAt: Date): Promise<void> {
  const after = scheduledAt > run.scheduledFor ? scheduledAt : run.scheduledFor
  await sql`
    with moved as (
      select *, case when digest_id is null then last_digest_on else greatest(last_digest_on, edition_date) end as digest_on from due
    ), next as (
      select digest_on, paused_until, frequency, weekday, hour, time_zone,
        next_digest_at(${after}, greatest(digest_on, paused_until - 1), frequency, weekday, hour, time_zone) as at
      from (select distinct digest_on, paused_until, frequency, weekday, hour, time_zone from moved) as distinct_choices
    )
    update subscriptions s set
      next_digest_at = next.at,
      last_digest_on = moved.digest_on,
      read_until = case when moved.digest_id is null then s.read_until else greatest(s.read_until, ${run.windowEnd}) end
    from moved join next on next.digest_on is not distinct from moved.digest_on
      and next.paused_until is not distinct from moved.paused_until
      and next.frequency = moved.frequency and next.weekday = moved.weekday and next.hour = moved.hour
      and next.time_zone = moved.time_zone
    where s.id = moved.subscription_id`.execute(trx)
}
