// What a publisher decides about an article. It holds for every article that tells the same story, and a poll never undoes it.
import { type SqlBool, sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { InTransaction, Row } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { resolveUrl, urlKeyOf } from './article-url.ts'
import { shortKey } from './normalise-item.ts'
import { readTimes } from './store-articles.ts'
import { countAnew, tellAnew } from './tell-anew.ts'

export type ListedArticle = Pick<
  Row<'articles'>,
  'id' | 'title' | 'url' | 'first_seen_at' | 'eligible' | 'pinned_at' | 'hidden_at' | 'same_story_as'
> & {
  readonly newsletter: string
  /** When an embargo ends, or ended. */
  readonly available_at: Date
  /** The end of the newest window that was closed over it: whose digest was planned then was told, or was not to be. */
  readonly closed_at: Date | null
}

const listed = sql<ListedArticle>`
  select a.id, n.slug as newsletter, a.title, a.url, a.first_seen_at, a.available_at, a.eligible, a.pinned_at, a.hidden_at, a.same_story_as,
    (select max(window_end) from digest_runs r where r.newsletter_id = a.newsletter_id and r.window_end >= a.available_at) as closed_at
  from articles a join newsletters n on n.id = a.newsletter_id`

/** The articles seen last, or those of them about which something was decided, the newest first. */
export async function listArticles(
  context: Context,
  { limit, decided, newsletterSlug }: { limit: number; decided: boolean; newsletterSlug?: string | undefined },
): Promise<ListedArticle[]> {
  const { rows: newsletters } = await sql<{ id: number }>`
    select id from newsletters where ${newsletterSlug ?? null}::text is null or slug = ${newsletterSlug ?? null}`.execute(
    context.db,
  )
  if (newsletters.length === 0) {
    throw new PublicError('not_found', 'There is no newsletter of that name: check how it is spelled.')
  }
  const isDecided = decided
    ? sql<SqlBool>`(pinned_at is not null or hidden_at is not null or available_from is not null)`
    : sql<SqlBool>`true`
  const { rows } = await sql<ListedArticle>`
    ${listed}
    where a.id in (
      select newest.id from newsletters, lateral (
        select id from articles where newsletter_id = newsletters.id and ${isDecided}
        order by newsletter_id desc, first_seen_at desc, id desc limit ${limit}) as newest
      where newsletters.id = any(${newsletters.map(({ id }) => id)}::bigint[]))
    order by a.first_seen_at desc, a.id desc limit ${limit}`.execute(context.db)
  return rows
}

/** It leads the digests that it is in from now on. */
export const pinArticle = (context: Context, article: string) =>
  decide(context, article, (trx, story) =>
    set(trx, story, sql`pinned_at = coalesce(pinned_at, ${story.now}::timestamptz)`),
  )

export const unpinArticle = (context: Context, article: string) =>
  decide(context, article, (trx, story) => set(trx, story, sql`pinned_at = null`))

/** No digest tells it whose sending begins from now on. */
export const hideArticle = (context: Context, article: string) =>
  decide(context, article, async (trx, story) => {
    const hidden = sql`hidden_at = coalesce(hidden_at, ${story.now}::timestamptz), hidden_untold = ${!story.mayBeTold}`
    await set(trx, story, sql`${hidden}, changed_at = ${changedWhere(sql`hidden_at is null`, story)}`)
    await changeDigests(trx, story)
  })

/**
 * Takes back hiding. Where nobody can have been told before, it counts as first seen now, so that all are told; else those are
 * told whose digest has not come to its time, or has not begun to be sent.
 */
export const showArticle = (context: Context, article: string) =>
  decide(context, article, async (trx, story) => {
    const from = sql`case when hidden_untold and available_at < ${story.now}::timestamptz then ${story.now}::timestamptz else available_from end`
    const shown = sql`hidden_at = null, hidden_untold = false, available_from = ${from}`
    await set(trx, story, sql`${shown}, changed_at = ${changedWhere(sql`hidden_at is not null`, story)}`)
    await changeDigests(trx, story)
  })

/** Nobody is told before `until`; null: from now on. Throws PublicError where somebody can have been told already. */
export const embargoArticle = (context: Context, article: string, until: Date | null) =>
  decide(context, article, async (trx, story) => {
    if (until && until <= story.now) {
      throw new PublicError('invalid_input', 'An embargo ends in the future: give a later time.')
    }
    if (until && story.mayBeTold) {
      throw new PublicError('conflict', 'Readers may have been told of it already: hide it, if it must go no further.')
    }
    // One that has ended, or never was, has nothing to lift.
    const from =
      until ??
      sql`case when available_at > ${story.now}::timestamptz then ${story.now}::timestamptz else available_from end`
    await set(trx, story, sql`available_from = ${from}`)
  })

type Story = {
  readonly id: number
  readonly newsletterId: number
  /** Later than the end of every window that is closed. */
  readonly now: Date
  /** A window was closed over it when it was not hidden. */
  readonly mayBeTold: boolean
}

/**
 * With the newsletter's row taken, as by what closes a window: no digest that is planned later misses it. What was decided
 * about a story is kept with each article that tells it.
 */
async function decide(
  context: Context,
  article: string,
  change: (trx: InTransaction, story: Story) => Promise<void>,
): Promise<ListedArticle> {
  const id = await findArticle(context, article)
  return context.db.transaction().execute(async (trx) => {
    const { rows: newsletters } = await sql<{ id: number }>`
      select id from newsletters where id = (select newsletter_id from articles where id = ${id}) for no key update`.execute(
      trx,
    )
    const newsletterId = newsletters[0]?.id ?? 0
    const { firstSeenAt } = await readTimes(trx, context.clock, newsletterId)
    const { rows: stories } = await sql<{ id: number; mayBeTold: boolean }>`
      select first.id, exists (
        select from articles a
        where (a.id = first.id or a.same_story_as = first.id) and case when a.hidden_at is null
          then a.available_at <= (select max(window_end) from digest_runs where newsletter_id = ${newsletterId})
          else not a.hidden_untold end) as "mayBeTold"
      from (select coalesce(same_story_as, id) as id from articles where id = ${id}) as first`.execute(trx)
    const [story] = stories
    if (story) await change(trx, { ...story, newsletterId, now: firstSeenAt })
    const { rows } = await sql<ListedArticle>`${listed} where a.id = ${id}`.execute(trx)
    const [row] = rows
    if (!row) throw new Error('an article is gone')
    return row
  })
}

async function set(trx: InTransaction, { id }: Story, assignments: ReturnType<typeof sql>): Promise<void> {
  await sql`update articles set ${assignments} where id = ${id} or same_story_as = ${id}`.execute(trx)
}

const changedWhere = (condition: ReturnType<typeof sql>, { now }: Story) =>
  sql`case when ${condition} then ${now}::timestamptz else changed_at end`

/** Those that were planned already. */
async function changeDigests(trx: InTransaction, { id, newsletterId }: Story): Promise<void> {
  const { rows } = await sql<{ id: number }>`select id from articles where id = ${id} or same_story_as = ${id}`.execute(
    trx,
  )
  const ids = rows.map((row) => row.id)
  await tellAnew(trx, ids)
  await countAnew(trx, newsletterId, ids)
}

/** By its number, or its address. */
async function findArticle({ db }: Context, written: string): Promise<number> {
  if (/^\d{1,15}$/.test(written)) {
    const row = await db.selectFrom('articles').select('id').where('id', '=', Number(written)).executeTakeFirst()
    if (row) return row.id
    throw new PublicError('not_found', `There is no article ${written}: see articles list.`)
  }
  const url = resolveUrl(written)
  const urlKey = url === null ? null : urlKeyOf(url)
  if (urlKey === null) {
    throw new PublicError('invalid_input', 'An article is named by its number or its address: see articles list.')
  }
  const { rows } = await sql<{ id: number }>`
    select a.id from newsletters n, articles a where a.newsletter_id = n.id and a.url_key = ${await shortKey(urlKey)}
    limit 2`.execute(db)
  const [row, other] = rows
  if (other) {
    throw new PublicError('invalid_input', 'Several newsletters have it: name it by its number, see articles list.')
  }
  if (!row) throw new PublicError('not_found', 'There is no article with that address: see articles list.')
  return row.id
}
