import { type RawBuilder, sql } from 'kysely'

/** A digest lists so many stories; the rest is told as a number. */
export const storiesPerDigest = 12

/**
 * For a lateral join on `since` and `topic_choice_id`: the articles first seen in `(since, windowEnd]` that match the
 * choice, best first, as `article_ids` (at most {@link storiesPerDigest}) and their number as `total`.
 */
export function selectArticles(
  newsletterId: number,
  windowEnd: Date,
): RawBuilder<{ article_ids: number[]; total: number }> {
  return sql`
    select coalesce(array_agg(ranked.id order by ranked.place) filter (where ranked.place <= ${storiesPerDigest}), '{}') as article_ids,
      count(*)::int as total
    from (
      select a.id, row_number() over (order by a.published_at desc, a.id desc) as place
      from articles a
      where a.newsletter_id = ${newsletterId} and a.eligible
        and a.first_seen_at > since and a.first_seen_at <= ${windowEnd}
        and (topic_choice_id is null or exists (
          select from article_topics t join topic_choice_topics c on c.topic_id = t.topic_id
          where t.article_id = a.id and c.topic_choice_id = choices.topic_choice_id))
    ) as ranked`
}
