// What a reader sees behind their link, without what a process knows by heart: the names of newsletters and topics. Frozen:
// imports nothing of the app.
import { type Kysely, sql } from 'kysely'

// In PL/pgSQL, not SQL: the plans are made once a connection. Step by step, as most readers have one subscription: each table
// that a statement names costs, also where nothing is read of it. `preference_center` stays for what runs while this is deployed.
const statements: string[] = [
  `create function preferences_of(of_subscription bigint) returns json language plpgsql stable as $$
   declare
     own record;
     own_topics text;
     others json;
   begin
     select s.*, r.email, exists (select from suppressions x where x.email_key = r.email_key) as is_suppressed into own
     from subscriptions s join subscribers r on r.id = s.subscriber_id
     where s.id = of_subscription and r.erased_at is null;
     if not found then
       return null;
     end if;
     if own.topic_choice_id is not null then
       select choice_key into own_topics from topic_choices where id = own.topic_choice_id;
     end if;
     if exists (
       select from subscriptions s
       where s.subscriber_id = own.subscriber_id and s.id <> of_subscription and s.state = 'active')
     then
       select json_agg(
         json_build_object(
           'subscriptionId', s.id, 'newsletterId', s.newsletter_id, 'state', s.state,
           'frequency', s.frequency, 'weekday', s.weekday, 'hour', s.hour, 'timeZone', s.time_zone, 'language', s.language,
           'nextDigestAt', s.next_digest_at, 'pausedUntil', s.paused_until, 'topicIds', c.choice_key)
         order by s.id)
       into others
       from subscriptions s left join topic_choices c on c.id = s.topic_choice_id
       where s.subscriber_id = own.subscriber_id and s.id <> of_subscription and s.state = 'active';
     end if;
     return json_build_object(
       'email', own.email, 'isSuppressed', own.is_suppressed,
       'own', json_build_object(
         'subscriptionId', own.id, 'newsletterId', own.newsletter_id, 'state', own.state,
         'frequency', own.frequency, 'weekday', own.weekday, 'hour', own.hour, 'timeZone', own.time_zone,
         'language', own.language,
         'nextDigestAt', own.next_digest_at, 'pausedUntil', own.paused_until, 'topicIds', own_topics),
       'others', coalesce(others, '[]'));
   end $$`,
  `comment on function preferences_of is 'what a reader sees behind their link: the link''s own subscription and their other active ones, topics as the ids of the choice; null for a reader who was erased'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
