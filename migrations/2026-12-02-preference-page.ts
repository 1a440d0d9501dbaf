// What the preference center shows, in one statement. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

// In PL/pgSQL, not SQL: its plan is made once a connection, and to plan this takes five times as long as to run it.
const statements: string[] = [
  `create function preference_center(of_subscription bigint) returns json language plpgsql stable as $$
   begin
     return (
       select json_build_object(
         'email', r.email,
         'subscriptions', (
           select json_agg(
             json_build_object(
               'subscriptionId', s.id, 'newsletterId', s.newsletter_id, 'newsletterName', n.name, 'state', s.state,
               'frequency', s.frequency, 'weekday', s.weekday, 'hour', s.hour, 'timeZone', s.time_zone,
               'nextDigestAt', s.next_digest_at, 'pausedUntil', s.paused_until,
               'chosenTopics', array(
                 select json_build_object('slug', t.slug, 'name', t.name)
                 from topic_choice_topics c join topics t on t.id = c.topic_id
                 where c.topic_choice_id = s.topic_choice_id order by t.name))
             order by s.id <> of_subscription, s.id)
           from subscriptions s join newsletters n on n.id = s.newsletter_id
           where s.subscriber_id = r.id and (s.id = of_subscription or s.state = 'active')),
         'offers', array(
           select json_build_object('slug', n.slug, 'name', n.name) from newsletters n
           where not exists (
             select from subscriptions s
             where s.subscriber_id = r.id and s.newsletter_id = n.id and (s.id = of_subscription or s.state = 'active'))
           order by n.name limit 50))
       from subscribers r
       where r.id = (select subscriber_id from subscriptions where id = of_subscription) and r.erased_at is null);
   end $$`,
  `comment on function preference_center is 'what a reader sees behind their link: the link''s own subscription first, then their other active ones, and the newsletters they do not get; null for a reader who was erased'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
