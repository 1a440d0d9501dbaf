// Settings that were changed with a link: their reader is told by mail. Whoever was forwarded a digest has its link, too.
import { sql } from 'kysely'
import { storeRendering } from '../delivery/mail-template.ts'
import type { Context, JobOptions } from '../platform/context.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import type { Database, InTransaction, Row } from '../platform/database/schema.ts'
import { renderChangeNotice } from './change-notice-mail.ts'
import { topicsById } from './newsletters.ts'
import { asLeft, undoHours } from './unsubscribe.ts'

/** So that who tries several things gets one mail, about what they chose in the end. */
const quietMinutes = 5
const hoursApart = 24
/** Until it is looked again whether the one before has gone. */
const retryMinutes = 10

/**
 * Notes that a subscription's settings were changed, so that a mail is owed: one, however many changes until it is written. Its row has to
 * be locked.
 */
export async function noteChange(trx: InTransaction, context: Context, subscriptionId: number): Promise<void> {
  await sql`
    insert into change_notices as n (subscription_id, due_at)
    values (${subscriptionId}, ${context.clock.sqlNow} + make_interval(mins => ${quietMinutes}))
    on conflict (subscription_id) do update set due_at = least(n.due_at, excluded.due_at)`.execute(trx)
}

/** A subscription as its notice tells of it. */
export type Changed = Pick<
  Row<'subscriptions'>,
  'id' | 'subscriber_id' | 'newsletter_id' | 'frequency' | 'weekday' | 'time_zone' | 'language' | 'next_digest_at'
> & {
  readonly newsletter: Pick<Row<'newsletters'>, 'name' | 'slug' | 'language'> & { readonly isFirst: boolean }
  /** The first day with a digest, where they pause. */
  readonly pausedUntil: string | null
  /** The ids of the topics they chose, as `topic_choices.choice_key` has them; null for every topic. */
  readonly topicIds: string | null
  /** Anything that is changed of it changes this. */
  readonly version: string
}

/**
 * Writes the notices that are due: of each subscription at most one in 24 hours, of its settings as they are now. A change
 * within that time is told of after it. Nothing goes to who has left or is suppressed. One that fails costs itself only: it is
 * tried again at the next call, and what it threw is thrown in the end.
 */
export async function writeChangeNotices(
  context: Context,
  { signal }: Pick<JobOptions, 'signal'>,
): Promise<{ notices: number }> {
  let notices = 0
  let last = { due_at: new Date(0), subscription_id: 0 }
  const failures: unknown[] = []
  while (!signal.aborted) {
    const { rows } = await sql<typeof last>`
      select due_at, subscription_id from change_notices
      where due_at <= ${context.clock.sqlNow} and (due_at, subscription_id) > (${last.due_at}::timestamptz, ${last.subscription_id}::bigint)
      order by due_at, subscription_id limit 1`.execute(context.db)
    const [next] = rows
    if (!next) break
    last = next
    try {
      if (await write(context, next.subscription_id)) notices += 1
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return { notices }
}

async function write(context: Context, subscriptionId: number): Promise<boolean> {
  if (await postpone(context, context.db, subscriptionId)) return false
  const changed = await readChanged(context, subscriptionId)
  if (!changed) {
    await putAside(context, subscriptionId)
    return false
  }
  const { topicIds, newsletter_id } = changed
  const topics = topicIds === null ? [] : await topicsById(context, newsletter_id, topicIds)
  const template = await renderChangeNotice(
    context,
    changed,
    topics.map(({ name }) => name),
  )
  return context.db.transaction().execute(async (trx) => {
    // As it was told of, or not now: somebody is just changing it again.
    const { rows } = await sql`
      select from subscriptions where id = ${changed.id} and xmin::text = ${changed.version} for no key update`.execute(
      trx,
    )
    if (rows.length === 0) return false
    // Another process may have told of an earlier change since.
    if (await postpone(context, trx, changed.id)) return false
    const { rows: owed } = await sql`
      select from change_notices where subscription_id = ${changed.id} and due_at <= ${context.clock.sqlNow} for update`.execute(
      trx,
    )
    if (owed.length === 0) return false // another process was faster
    const renderingId = await storeRendering(trx, template, context.clock.now())
    await sql`
      with made as (
        insert into messages (kind, subscriber_id, subscription_id, to_email, rendering_id, key_id, created_at)
        select 'preferences_changed', id, ${changed.id}, email, ${renderingId}, ${context.keys.newestId}, ${context.clock.sqlNow}
        from subscribers where id = ${changed.subscriber_id}
        returning id)
      update change_notices set due_at = null, message_id = made.id from made where subscription_id = ${changed.id}`.execute(
      trx,
    )
    return true
  })
}

/** Counted from when the provider had the one before: it may have waited. True where it is not time for another. */
async function postpone({ clock }: Context, db: Database | InTransaction, subscriptionId: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update change_notices n set due_at = m.again_at
    from change_notices as own, lateral (
      select case
        when state in ('pending', 'sending') then ${clock.sqlNow} + make_interval(mins => ${retryMinutes})
        when state in ('submitted', 'unknown') or provider_id is not null then settled_at + make_interval(hours => ${hoursApart})
      end as again_at
      from messages where id = own.message_id) as m
    where n.subscription_id = own.subscription_id and own.subscription_id = ${subscriptionId} and n.due_at is not null
      and m.again_at > ${clock.sqlNow}`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

/**
 * None is owed to who has left, or is suppressed; but as long as leaving can be undone it may be owed again. With the
 * subscription's row taken: they may have come back just now.
 */
export async function putAside({ db, clock }: Context, subscriptionId: number): Promise<void> {
  await sql`
    with gone as materialized (
      select s.id, s.state <> 'active' and was.ended_reason = 'unsubscribed' as has_left,
        was.ended_at + make_interval(hours => ${undoHours}) as until
      from subscriptions s, lateral ${asLeft} as was
      where s.id = ${subscriptionId} and (s.state <> 'active' or exists (
        select from suppressions x join subscribers r on r.email_key = x.email_key where r.id = s.subscriber_id))
      for no key update of s
    )
    update change_notices set due_at = case when gone.has_left and gone.until > ${clock.sqlNow} then gone.until end
    from gone where subscription_id = gone.id and due_at <= ${clock.sqlNow}`.execute(db)
}

/** Undefined for who has left, or is not mailed. */
async function readChanged({ db, clock }: Context, subscriptionId: number): Promise<Changed | undefined> {
  const { rows } = await sql<Changed>`
    select s.id, s.subscriber_id, s.newsletter_id, s.frequency, s.weekday, s.time_zone, s.language, s.next_digest_at,
      s.xmin::text as version, json_build_object('name', n.name, 'slug', n.slug, 'language', n.language, 'isFirst', ${isFirstNewsletter}) as newsletter,
      case when s.paused_until > (${clock.sqlNow} at time zone s.time_zone)::date then s.paused_until end as "pausedUntil",
      (select choice_key from topic_choices c where c.id = s.topic_choice_id) as "topicIds"
    from subscriptions s join subscribers r on r.id = s.subscriber_id join newsletters n on n.id = s.newsletter_id
    where s.id = ${subscriptionId} and s.state = 'active'
      and not exists (select from suppressions x where x.email_key = r.email_key)`.execute(db)
  return rows[0]
}
