// A slice of a run: up to 10,000 readers who are due, planned in one transaction, set by set.
import { sql } from 'kysely'
import { retoldDays } from '../articles/same-story.ts'
import { runCanceled } from '../delivery/run-status.ts'
import type { Context } from '../platform/context.ts'
import type { ExclusionReason, InTransaction } from '../platform/database/schema.ts'
import { chooseContents } from './choose-contents.ts'
import type { DigestRun } from './open-run.ts'

export type SliceResult = {
  readonly due: number
  readonly messages: number
  readonly excluded: Readonly<Record<ExclusionReason, number>>
}

/** Where of those who are due, in the order of their index. */
export type SliceEnd = 'first' | 'last'

/** Which of those who are due: so many from an end, but not these; or one. By the ids of their subscriptions. */
export type Slice =
  | { readonly end: SliceEnd; readonly size: number; readonly except: readonly number[] }
  | { readonly only: number }

const inOrder = (end: SliceEnd) =>
  end === 'first' ? sql`next_digest_at, newsletter_id` : sql`next_digest_at desc, newsletter_id desc`

/**
 * Plans readers due in a run that no other worker has taken: one message or one recorded exclusion each. The same
 * transaction moves `readUntil` for those who get a digest, and `nextDigestAt` for all. `due` is 0 when none is left; undefined
 * where the run is just being decided about, which may take minutes: nobody is held up by that.
 */
export function planSlice(
  context: Context,
  run: DigestRun,
  scheduledAt: Date,
  slice: Slice,
): Promise<SliceResult | undefined> {
  const work = context.db.transaction().execute(async (trx) => {
    // A slot that is planned ahead of its time is not late.
    const planningAt = Math.min(scheduledAt.getTime(), context.clock.now().getTime())
    const isMissed = planningAt - run.scheduledFor.getTime() > context.config.maximumLateHours * 3_600_000
    const due = await takeDue(trx, run, slice, isMissed)
    let excluded = { nothing_new: 0, suppressed: 0, missed: 0 }
    if (due === 0) return { due, messages: 0, excluded }
    await chooseContents(context, trx, run)
    await storeDigests(context, trx, run)
    const messages = await storeMessages(context, trx, run)
    if (messages < due) excluded = await storeExclusions(context, trx, run)
    // After one that was missed comes the next, which may be missed too, and is recorded then, or only late.
    await moveOn(trx, run, isMissed || scheduledAt < run.scheduledFor ? run.scheduledFor : scheduledAt)
    return { due, messages, excluded }
  })
  return work.catch((error: unknown) => {
    if (error instanceof RunIsHeld) return undefined
    throw error
  })
}

/** Somebody is just deciding about the run. */
class RunIsHeld extends Error {}

/** Who is due in it. The slot as a range, which subscriptions_due serves. */
export const isDueIn = ({ scheduledFor, newsletterId }: DigestRun) => {
  const slot = sql`(${scheduledFor}::timestamptz, ${newsletterId}::bigint)`
  return sql`state = 'active' and (next_digest_at, newsletter_id) >= ${slot} and (next_digest_at, newsletter_id) <= ${slot}`
}

/** The subscription of one who is due and that no other worker has taken, but for these. */
export async function findDue(
  context: Context,
  run: DigestRun,
  { end, except }: { readonly end: SliceEnd; readonly except: readonly number[] },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select id from subscriptions where ${isDueIn(run)} and id <> all(${except}::bigint[])
    order by ${inOrder(end)} limit 1 for update skip locked`.execute(context.db)
  return rows[0]?.id
}

/**
 * Who is due now, locked against other planners and against changes until the transaction ends. The slot as a range, in
 * the order of subscriptions_due: no other index gives it, so a slice reads no more than it takes.
 */
async function takeDue(trx: InTransaction, run: DigestRun, slice: Slice, isMissed: boolean): Promise<number> {
  await sql`
    create temporary table due on commit drop as
    with taken as materialized (
      select id, subscriber_id, language, frequency, weekday, hour, time_zone, topic_choice_id, read_until, last_digest_on,
        paused_until, confirmed_at,
        -- what is told again now was first told in the days before
        case when told_from > read_until - make_interval(days => ${retoldDays}) then told_from else '-infinity' end as told_from
      from subscriptions
      where ${isDueIn(run)} and ${'only' in slice ? sql`id = ${slice.only}` : sql`id <> all(${slice.except}::bigint[])`}
      ${'only' in slice ? sql`` : sql`order by ${inOrder(slice.end)} limit ${slice.size}`}
      for update skip locked
    ), days as (
      select hour, time_zone, digest_day(${run.scheduledFor}, hour, time_zone) as edition_date
      from (select distinct hour, time_zone from taken) as distinct_hours
    ), addressed as materialized (
      select s.*, r.email, days.edition_date, (s.confirmed_at at time zone s.time_zone)::date as confirmed_on,
        case
          when exists (select from suppressions x where x.email_key = r.email_key) then 'suppressed'
          when ${isMissed} then 'missed'
        end as obstacle
      from taken s join subscribers r on r.id = s.subscriber_id join days using (hour, time_zone)
    )
    select id as subscription_id, subscriber_id, email, language, frequency, weekday, hour, time_zone,
      coalesce(topic_choice_id, 0) as choice, read_until, told_from, last_digest_on, paused_until, edition_date, confirmed_on, obstacle,
      obstacle is null as is_clear
    from addressed`.execute(trx)
  const { rows } = await sql<{ readers: number }>`select count(*) as readers from due`.execute(trx)
  return rows[0]?.readers ?? 0
}

/** One digest for each distinct content, shared with the slices before and after this one. */
async function storeDigests(context: Context, trx: InTransaction, run: DigestRun): Promise<void> {
  await sql`
    with wanted as (
      -- of those who get the same, the one who has read most
      select distinct on (language, frequency, edition_date, content_key)
        language, frequency, edition_date, content_key, articles, total, read_until, told_from, choice
      from contents
      order by language, frequency, edition_date, content_key, read_until desc, told_from desc, choice
    ), stored as (
      insert into digests (run_id, language, frequency, edition_date, content_key, further_count, since, told_from, topic_choice_id,
        created_at)
      select ${run.id}, language, frequency, edition_date, content_key, total - jsonb_array_length(articles), read_until,
        nullif(told_from, '-infinity'), nullif(choice, 0), ${context.clock.sqlNow}
      from wanted
      -- always in this order: slices that are planned at the same time wait for each other, and never in a circle
      order by language, frequency, edition_date, content_key
      on conflict (run_id, language, frequency, edition_date, content_key) do nothing
      returning id, language, frequency, edition_date, content_key
    )
    insert into digest_articles (digest_id, position, article_id, topic_id, can_be_fewer)
    select stored.id, article.position, article.id, article.topic, article."canBeFewer"
    from stored join wanted using (language, frequency, edition_date, content_key),
      rows from (jsonb_to_recordset(wanted.articles) as (id bigint, topic bigint, "canBeFewer" boolean))
        with ordinality as article (id, topic, "canBeFewer", position)`.execute(trx)
  await sql`
    update contents c set digest_id = g.id
    from digests g
    where g.run_id = ${run.id} and g.language = c.language and g.frequency = c.frequency
      and g.edition_date = c.edition_date and g.content_key = c.content_key`.execute(trx)
}

/** The digest of a reader in `due`, if there is one. */
const contentOf = sql`c.read_until = d.read_until and c.told_from = d.told_from and c.choice = d.choice and c.edition_date = d.edition_date
  and c.frequency = d.frequency and c.language = d.language and d.is_clear`

/**
 * Into a run that was canceled while it was being planned, messages come canceled. Someone can be due in a run for a second
 * time: it was planned ahead, or the clock was set back, and they changed their choices before its time came. Who has a
 * message keeps it; who was excluded gets what there is for them now.
 */
async function storeMessages(context: Context, trx: InTransaction, run: DigestRun): Promise<number> {
  const now = context.clock.sqlNow
  // A cancel comes after these messages, and sees them, or was seen. It is not waited for, as these readers would wait too; nor is
  // the lock taken before it is needed: whoever decides could wait until all are planned.
  const { rows } = await sql<{ canceled_at: Date | null }>`
    select canceled_at from digest_runs where id = ${run.id} for share skip locked`.execute(trx)
  const [free] = rows
  if (!free) throw new RunIsHeld()
  const isCanceled = free.canceled_at !== null
  const { numAffectedRows } = await sql`
    insert into messages (kind, subscriber_id, subscription_id, run_id, digest_id, to_email, confirmed_on, created_at,
      state, reason, settled_at)
    select 'digest', d.subscriber_id, d.subscription_id, ${run.id}, c.digest_id, d.email, d.confirmed_on, ${now},
      ${isCanceled ? 'canceled' : 'pending'}, ${isCanceled ? runCanceled : null}, ${isCanceled ? now : sql`null`}
    from due d join contents c on ${contentOf}
    order by c.digest_id, d.subscription_id
    on conflict (subscription_id, run_id) where run_id is not null do nothing`.execute(trx)
  await sql`
    delete from exclusions e using due d join contents c on ${contentOf}
    where e.run_id = ${run.id} and e.subscription_id = d.subscription_id
      and exists (select from exclusions where run_id = ${run.id})`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}

async function storeExclusions(context: Context, trx: InTransaction, run: DigestRun): Promise<SliceResult['excluded']> {
  const { rows } = await sql<{ reason: ExclusionReason; readers: number }>`
    with stored as (
      insert into exclusions (run_id, subscription_id, reason, created_at)
      select ${run.id}, d.subscription_id, coalesce(d.obstacle, 'nothing_new'), ${context.clock.sqlNow}
      from due d left join contents c on ${contentOf}
      where c.digest_id is null
        and not exists (select from messages m where m.subscription_id = d.subscription_id and m.run_id = ${run.id})
      on conflict (run_id, subscription_id) do update set reason = excluded.reason, created_at = excluded.created_at
      returning reason
    )
    select reason, count(*) as readers from stored group by reason`.execute(trx)
  const excluded = { nothing_new: 0, suppressed: 0, missed: 0 }
  for (const { reason, readers } of rows) excluded[reason] = readers
  return excluded
}

/** The next instant is worked out once for each distinct choice, not once a reader. */
async function moveOn(trx: InTransaction, run: DigestRun, after: Date): Promise<void> {
  // No date is the earliest: what may be null can be joined only row by row.
  await sql`
    with moved as materialized (
      select d.subscription_id, d.frequency, d.weekday, d.hour, d.time_zone, c.digest_id is not null as is_told,
        coalesce(case when c.digest_id is null then d.last_digest_on else greatest(d.last_digest_on, d.edition_date) end,
          '-infinity') as digest_on,
        coalesce(d.paused_until, '-infinity') as paused_until
      from due d left join contents c on ${contentOf}
    ), next as (
      select digest_on, paused_until, frequency, weekday, hour, time_zone,
        next_digest_at(${after}, greatest(nullif(digest_on, '-infinity'), nullif(paused_until, '-infinity') - 1),
          frequency, weekday, hour, time_zone) as at
      from (select distinct digest_on, paused_until, frequency, weekday, hour, time_zone from moved) as distinct_choices
    )
    update subscriptions s set
      next_digest_at = next.at,
      last_digest_on = nullif(moved.digest_on, '-infinity'),
      read_until = case when moved.is_told then greatest(s.read_until, ${run.windowEnd}) else s.read_until end
    from moved join next using (digest_on, paused_until, frequency, weekday, hour, time_zone)
    where s.id = moved.subscription_id`.execute(trx)
}
