// A welcome `w`, its message `m` and its subscription `s`: whether the message is as it is to be sent.
import { sql } from 'kysely'

/** What is to be sent of it; of any other message its own rendering. */
export const welcomeRendering = sql<
  number | null
>`case when w.further_count is null then m.rendering_id else w.rendering_id end`

/** A story of it was corrected or withdrawn since it was made. */
export const isUnmade = sql<boolean>`(w.further_count is not null and w.rendering_id is null)`

/** When their first digest comes; null where it has been planned since they confirmed. That of the newest run is looked at. */
export const firstDigestAt = sql<Date | null>`case when (
  select d.created_at from messages d where d.subscription_id = s.id and d.run_id is not null
  order by d.run_id desc limit 1) >= w.created_at then null else s.next_digest_at end`

/** It says another time for the first digest than is true now. */
export const isOutdated = sql<boolean>`(w.first_digest_at is not null and s.state = 'active'
  and w.first_digest_at is distinct from ${firstDigestAt})`
