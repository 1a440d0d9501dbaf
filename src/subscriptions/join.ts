import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { consentText, type Evidence, limitActs, recordConsent } from './consent.ts'
import { getNewsletter } from './newsletters.ts'
import { isSuppressed, lockReader, notMailed } from './reader.ts'

/**
 * Subscribes the reader of an active subscription to another newsletter, at once: their address was proven before, and the
 * button behind their link is what a confirmation asks for. It comes at the times and in the language that they chose for
 * the one they have, about every topic. Idempotent. Returns the id of the subscription. Throws `conflict` when the address must not be mailed
 * or this link's subscription is not active, `invalid_input` when there is no such newsletter.
 */
export async function joinNewsletter(
  context: Context,
  subscriptionId: number,
  slug: string,
  evidence: Evidence,
): Promise<number> {
  const newsletter = await getNewsletter(context.db, slug)
  return context.db.transaction().execute(async (trx) => {
    const readerId = await lockReader(trx, subscriptionId)
    if (readerId !== undefined) {
      if (await isSuppressed(trx, readerId)) throw new PublicError('conflict', notMailed)
      await limitActs(trx, context, readerId)
    }
    const now = context.clock.sqlNow
    // What waits for a confirmation has one now; its mail is canceled when it is claimed.
    const { rows } = await sql<{ id: number; language: string }>`
      insert into subscriptions as s (subscriber_id, newsletter_id, state, frequency, weekday, hour, time_zone, language,
        confirmed_at, read_until, told_from, next_digest_at)
      select subscriber_id, ${newsletter.id}, 'active', frequency, weekday, hour, time_zone, language, ${now}, since, since,
        next_digest_at(${now}, null, frequency, weekday, hour, time_zone)
      from subscriptions,
        lateral (select ${now} - case when frequency = 'weekly' then interval '7 days' else interval '1 day' end as since) as news
      where id = ${subscriptionId} and state = 'active'
      on conflict (subscriber_id, newsletter_id) do update set state = 'active', ended_reason = null, ended_at = null, left_as = null,
        frequency = excluded.frequency, weekday = excluded.weekday, hour = excluded.hour, time_zone = excluded.time_zone, language = excluded.language,
        topic_choice_id = null, paused_until = null, confirmed_at = excluded.confirmed_at,
        read_until = greatest(s.read_until, excluded.read_until), told_from = greatest(s.read_until, excluded.read_until),
        next_digest_at = next_digest_at(${now}, s.last_digest_on, excluded.frequency, excluded.weekday, excluded.hour,
          excluded.time_zone)
      where s.state <> 'active'
      returning id, language`.execute(trx)
    const [joined] = rows
    if (!joined || readerId === undefined) {
      const there = await trx
        .selectFrom('subscriptions')
        .select('id')
        .where('subscriber_id', '=', readerId ?? 0)
        .where('newsletter_id', '=', newsletter.id)
        .where('state', '=', 'active')
        .executeTakeFirst()
      if (there) return there.id
      throw new PublicError('conflict', 'You are not subscribed at the moment. Subscribe again first.')
    }
    const event = { subscriberId: readerId, subscriptionId: joined.id, evidence }
    const text = consentText(newsletter.name, joined.language)
    await recordConsent(trx, context, { ...event, kind: 'requested', text })
    await recordConsent(trx, context, { ...event, kind: 'confirmed' })
    return joined.id
  })
}
