import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'

const mostOfEach = 10_000

/**
 * Everything that is kept about the reader of a subscription, as JSON for them (GDPR 15 and 20): of each kind the newest
 * 10,000; but not whether an address that they asked for was mailed. One statement, so that it is of one moment. Throws `not_found`, also for a reader who was erased.
 */
export async function exportReader(context: Context, subscriptionId: number): Promise<string> {
  const { rows } = await sql<{ data: unknown }>`
    with reader as (
      select r.* from subscriptions s join subscribers r on r.id = s.subscriber_id
      where s.id = ${subscriptionId} and r.erased_at is null
    ), mine as (
      select s.*, n.slug as newsletter from subscriptions s join newsletters n on n.id = s.newsletter_id
      where s.subscriber_id = (select id from reader)
    ), mail as (
      (select m.* from mine join messages m on m.subscription_id = mine.id
       where m.run_id is not null order by m.id desc limit ${mostOfEach})
      union all
      (select m.* from confirmations c join messages m on m.confirmation_id = c.id
       where c.subscriber_id = (select id from reader) order by m.id desc limit ${mostOfEach})
      union all
      (select m.* from messages m
       where m.subscriber_id = (select id from reader) and m.kind not in ('digest', 'confirmation')
         -- went to another address, perhaps: whether it did would tell whether that one is known here
         and m.kind <> 'address_change'
       order by m.id desc limit ${mostOfEach})
    )
    select jsonb_build_object(
      'exportedAt', ${context.clock.sqlNow},
      'mostOfEach', ${mostOfEach}::int,
      'address', reader.email,
      'addressKey', reader.email_key,
      'knownSince', reader.created_at,
      'suppression', (select jsonb_build_object('reason', x.reason, 'since', x.created_at)
        from suppressions x where x.email_key = reader.email_key),
      'suppressionLiftedAt', reader.suppression_lifted_at,
      'subscriptions', (select coalesce(jsonb_agg(jsonb_build_object(
          'newsletter', newsletter, 'state', state, 'endedReason', ended_reason, 'frequency', frequency, 'weekday', weekday,
          'hour', hour, 'timeZone', time_zone, 'language', language,
          'topics', (select coalesce(jsonb_agg(t.slug order by t.slug), '[]')
            from topic_choice_topics c join topics t on t.id = c.topic_id where c.topic_choice_id = mine.topic_choice_id),
          'requestedAt', created_at, 'confirmedAt', confirmed_at, 'endedAt', ended_at, 'leftAs', left_as,
          'pausedUntil', paused_until,
          'readUntil', read_until, 'toldFrom', told_from, 'nextDigestAt', next_digest_at, 'lastDigestOn', last_digest_on) order by id), '[]')
        from mine),
      'consent', (select coalesce(jsonb_agg(jsonb_build_object(
          'kind', kind, 'at', occurred_at, 'newsletter', newsletter, 'text', body, 'source', source, 'ip', ip,
          'userAgent', user_agent, 'details', details) order by id), '[]')
        from (select e.*, mine.newsletter, t.body from consent_events e join mine on mine.id = e.subscription_id
          left join consent_texts t on t.hash = e.consent_text_hash
          where e.subscriber_id = reader.id order by e.id desc limit ${mostOfEach}) as newest),
      'confirmationLinks', (select coalesce(jsonb_agg(jsonb_build_object(
          'requestedAt', requested_at, 'expiresAt', expires_at, 'confirmedAt', confirmed_at) order by id), '[]')
        from (select * from confirmations where subscriber_id = reader.id
          order by requested_at desc limit ${mostOfEach}) as newest),
      'addressChanges', (select coalesce(jsonb_agg(jsonb_build_object(
          'newAddress', new_email, 'oldAddress', old_email_key, 'requestedAt', requested_at, 'expiresAt', expires_at,
          'confirmedAt', confirmed_at, 'stoppedAt', stopped_at) order by id), '[]')
        from (select * from address_changes where subscriber_id = reader.id order by id desc limit ${mostOfEach}) as newest),
      'mails', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'kind', kind, 'to', to_email, 'state', state, 'reason', reason, 'createdAt', created_at, 'settledAt', settled_at,
          'providerId', provider_id, 'deliveredAt', delivered_at, 'delayedAt', delayed_at, 'bouncedAt', bounced_at,
          'bounceKind', bounce_kind, 'complainedAt', complained_at, 'failedAt', failed_at, 'failureReason', failure_reason,
          'suppressedAt', suppressed_at, 'openedAt', opened_at, 'clickedAt', clicked_at)) order by id), '[]')
        from (select * from mail order by id desc limit ${mostOfEach}) as newest),
      'events', (select coalesce(jsonb_agg(jsonb_build_object(
          'type', type, 'at', occurred_at, 'receivedAt', received_at, 'payload', payload) order by received_at), '[]')
        from (select e.* from mail join webhook_events e on e.message_id = mail.id
          order by e.received_at desc limit ${mostOfEach}) as newest)
    ) as data
    from reader`.execute(context.db)
  const [row] = rows
  if (!row) throw new PublicError('not_found', 'There is no such subscription any more.')
  return JSON.stringify(row.data, null, 2)
}
