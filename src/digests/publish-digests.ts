import { sql } from 'kysely'
import { publicTopics, publicWords } from '../articles/tell-anew.ts'
import { sqlBound } from '../platform/clock.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'

/** A run that did not begin to be sent in a week never will. */
const recentDays = 7
/** A run that could not be planned to its end is not waited for any longer. */
const planningMinutes = 60
/** Of a newsletter: what a digest must not merely repeat. */
const rememberedDigests = 7
const mostAtOnce = 100

/**
 * Puts a digest of each run that began to be sent into the archive: the one whose readers read most of it, and of several
 * the one in the newsletter's language. Runs of the same day, for readers at other hours, tell much the same: one is left
 * out where more than half of its stories are in the newest public digests already. One that could not be rendered is not
 * chosen; one that is being rendered anew may be.
 */
export async function publishDigests(
  context: Context,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ published: number }> {
  const { db, clock } = context
  // By digest_runs_unarchived; the messages by messages_run.
  const { rows: runs } = await sql<{ id: number; newsletter_id: number }>`
    select r.id, r.newsletter_id from digest_runs r
    where r.archived_at is null and r.created_at > ${sqlBound(clock)} - make_interval(days => ${recentDays})
      and (r.planned_at is not null or r.created_at < ${sqlBound(clock)} - make_interval(mins => ${planningMinutes}))
      and exists (
        select from messages m
        where m.run_id = r.id and m.state <> 'pending' and m.state in ('sending', 'submitted', 'unknown'))
    order by r.created_at, r.id limit ${mostAtOnce}`.execute(db)
  let published = 0
  for (const run of runs) {
    if (signal.aborted) break
    const { numAffectedRows } = await db.transaction().execute(async (trx) => {
      // A story that is just corrected or hidden is seen here, or its correction finds the digest in the archive.
      await sql`select from newsletters where id = ${run.newsletter_id} for share`.execute(trx)
      return publish(context, trx, run)
    })
    published += Number(numAffectedRows ?? 0n)
    await sql`
      update digest_runs set archived_at = ${clock.sqlNow} where id = ${run.id} and archived_at is null`.execute(db)
  }
  return { published }
}

function publish({ clock }: Context, trx: InTransaction, run: { readonly id: number; readonly newsletter_id: number }) {
  return sql`
    with chosen as (
      select g.id, g.edition_date
      from digests g join newsletters n on n.id = ${run.newsletter_id}
      where g.run_id = ${run.id} and (g.rendering_id is not null or g.render_failures = 0)
      order by g.further_count + (select count(*) from digest_articles d where d.digest_id = g.id) desc,
        g.language = n.language desc, g.id
      limit 1
    ), newest as (
      select digest_id from public_digests where newsletter_id = ${run.newsletter_id}
      order by edition_date desc, digest_id desc limit ${rememberedDigests}
    ), stories as (
      select exists (
        select from newest n join digest_articles x on x.digest_id = n.digest_id and x.article_id = d.article_id) as is_known
      from chosen join digest_articles d on d.digest_id = chosen.id
    )
    insert into public_digests (digest_id, run_id, newsletter_id, edition_date, published_at, topics, words)
    select id, ${run.id}, ${run.newsletter_id}, edition_date, ${clock.sqlNow},
      ${publicTopics(sql`chosen.id`)}, ${publicWords(sql`chosen.id`)}
    from chosen
    where (select count(*) from stories where is_known) * 2 <= (select count(*) from stories)
    on conflict do nothing`.execute(trx)
}
