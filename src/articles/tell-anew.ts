// What follows from a correction, hiding or showing for digests and welcomes that were made before it. To be called with the newsletter's row
// taken, after the articles were changed: whoever stores a rendering takes it too, and looks whether it is still right.
import { type RawBuilder, sql } from 'kysely'
import type { InTransaction } from '../platform/database/schema.ts'

/** The digests and welcomes that tell these are rendered anew for whoever they have not begun to be sent to; the archive's are found by the new words. */
export async function tellAnew(trx: InTransaction, articleIds: readonly number[]): Promise<void> {
  await renderAnew(trx, sql`select digest_id from digest_articles where article_id = any(${[...articleIds]}::bigint[])`)
  await welcomeAnew(trx, articleIds)
  await sql`
    update public_digests p set topics = ${publicTopics(sql`p.digest_id`)}, words = ${publicWords(sql`p.digest_id`)}
    where digest_id = any(array(select digest_id from digest_articles where article_id = any(${[...articleIds]}::bigint[])))`.execute(
    trx,
  )
}

/**
 * The digests that count these among their further stories, too, of runs in which somebody waits, or may be planned yet; for the
 * others `runs send-rest` does it. By digest_runs_window, messages_bulk and messages_run, and the first index of digests.
 */
export async function countAnew(
  trx: InTransaction,
  newsletterId: number,
  articleIds: readonly number[],
): Promise<void> {
  await renderAnew(
    trx,
    sql`
      select told.id from articles a
        join digest_runs r on r.newsletter_id = ${newsletterId} and r.window_end >= a.available_at
          -- values, and no exists: those would be answered by reading all that waits
          and (r.planned_at is null or coalesce(
            (select m.id from messages m where m.run_id between r.id and r.id and m.state = 'pending' and m.kind = 'digest'
              order by m.run_id, m.id limit 1),
            (select m.id from messages m where m.run_id = r.id and m.state = 'sending' limit 1)) is not null)
        cross join lateral (select g.id from digests g where g.run_id = r.id and g.since < a.available_at offset 0) as told
      where a.id = any(${[...articleIds]}::bigint[])`,
  )
}

/**
 * Without its rendering none of a digest is claimed, and no batch that was claimed with another begins. In the order of ids, as
 * begins lock them.
 */
async function renderAnew(trx: InTransaction, digestIds: RawBuilder<unknown>): Promise<void> {
  await sql`
    with anew as materialized (
      select id from digests where id = any(array(${digestIds})) and (rendering_id is not null or render_failures > 0)
      order by id for no key update
    )
    update digests set rendering_id = null, render_failures = 0, render_error = null
    from anew where digests.id = anew.id`.execute(trx)
}

/** As a digest: the welcomes that tell these, and have not begun to be sent, or may be brought back by an undo. */
async function welcomeAnew(trx: InTransaction, articleIds: readonly number[]): Promise<void> {
  await sql`
    with anew as materialized (
      select w.confirmation_id from welcomes w join messages m on m.id = w.message_id
      where w.confirmation_id = any(array(
          select confirmation_id from welcome_articles where article_id = any(${[...articleIds]}::bigint[])))
        and w.rendering_id is not null
        and (m.state in ('pending', 'sending') or (m.state = 'canceled' and m.reason = 'unsubscribed'))
      order by w.confirmation_id for no key update of w
    )
    update welcomes set rendering_id = null from anew where welcomes.confirmation_id = anew.confirmation_id`.execute(
    trx,
  )
}

const visible = (digestId: RawBuilder<unknown>) =>
  sql`digest_articles d join articles a on a.id = d.article_id and a.hidden_at is null and d.digest_id = ${digestId}`

/** Of a digest in the archive: the slugs of its stories' topics. */
export const publicTopics = (digestId: RawBuilder<unknown>) => sql<string[]>`array(
  select distinct t.slug from ${visible(digestId)} join article_topics x on x.article_id = a.id join topics t on t.id = x.topic_id
  order by t.slug)`

/** Of a digest in the archive: what it is found by. */
export const publicWords = (digestId: RawBuilder<unknown>) => sql<string>`to_tsvector('simple', search_text(coalesce((
  select string_agg(concat_ws(' ', a.title, a.summary, array_to_string(a.authors, ' ')), ' ') from ${visible(digestId)}), '')))`
