// How PostgreSQL carries out each query of planning, sending, letters to single readers and the webhooks when there are many readers. The queries are
// those that the service makes, explained by the server as it runs them (auto_explain), so that none is copied here.
import { randomUUID } from 'node:crypto'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { writeLettersJob } from '../../jobs/write-letters.ts'
import { hideArticle, showArticle } from '../../src/articles/newsroom.ts'
import { claimDigests, reclaimBatch, settleExpiredBatches } from '../../src/delivery/claim-batch.ts'
import { cancelRun, sendRest } from '../../src/delivery/control-run.ts'
import type { CallAnswer, Provider } from '../../src/delivery/provider.ts'
import { getRun } from '../../src/delivery/runs.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import type { WebhookEvent } from '../../src/delivery/webhook-event.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { renderDigests } from '../../src/digests/render-digests.ts'
import type { Context } from '../../src/platform/context.ts'
import { columnTypes } from '../../src/platform/database/connect.ts'
import type { Database, Tables } from '../../src/platform/database/schema.ts'
import { fillAudience, slotBefore, topicCount } from '../support/audience.ts'
import { contextOn } from './context.ts'
import type { BenchDatabase } from './database.ts'
import { median } from './measured.ts'
import { planInChild } from './planning.ts'

export type HotQuery = {
  /** What was being done. */
  readonly step: string
  readonly text: string
  /** As EXPLAIN (ANALYZE, BUFFERS) shows it, of the last time. */
  readonly plan: string
  readonly runs: number
  readonly medianMs: number
}

/** So many welcomes, and so many notices of changed settings. */
const lettersOwed = 20

type Options = { readonly readers: number; readonly tell: (text: string) => void }

const settings = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_analyze=on',
  'auto_explain.log_buffers=on',
  'auto_explain.log_triggers=on',
  'auto_explain.log_level=notice',
  'client_min_messages=notice',
]

export async function explainHotQueries(database: BenchDatabase, options: Options): Promise<HotQuery[]> {
  if (database.isEmbedded) throw new Error('Plans need a server: set DATABASE_URL.')
  const slot = slotBefore(new Date())
  options.tell(`filling ${options.readers} readers`)
  await fillAudience(database.db, options.readers, slot)
  await fillLate(database.db, slot)
  await fillSuppressions(database.db)

  const seen = new Map<string, { step: string; text: string; plan: string; ms: number[] }>()
  let step = ''
  const pool = new pg.Pool({
    connectionString: database.url,
    types: columnTypes,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
  })
  pool.on('connect', (client) => {
    client.on('notice', ({ message = '' }) => {
      const [, ms, text, plan] =
        /^duration: ([\d.]+) ms {2}plan:\nQuery Text: ([\s\S]*?)\n(\S[^\n]*\(cost=[\s\S]*)$/.exec(message) ?? []
      if (!ms || !text || !plan) return
      const known = seen.get(text) ?? { step, text: text.replace(/\n\s+/g, '\n  '), plan, ms: [] }
      seen.set(text, { ...known, plan, ms: [...known.ms, Number(ms)] })
    })
  })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const context = contextOn(db, 'http://127.0.0.1:9')
  const during = async (name: string, act: () => Promise<unknown>) => {
    step = name
    options.tell(`explaining: ${name}`)
    await act()
  }
  try {
    await during('planning', () => planSome(context, slot, 2))
    await planInChild(database, slot)
    await fillHistory(database.db)
    await planLaterRun(database.db)
    await during('sending, while a later run is not rendered yet', () => sendSome(context, 20))
    await during('taking over', () => takeOver(context, database.db))
    await fillLetters(database.db, slot)
    await during('letters to single readers', () =>
      writeLettersJob.run(context, { scheduledAt: slot, signal: new AbortController().signal }),
    )
    await during('sending letters', () => sendSome(context, 2 * lettersOwed))
    await during('runs show', () => getRun(context, 1))
    await during('a webhook', () => oneEvent(context))
    await during('runs cancel', () => cancelRun(context, 1))
    await during('runs send-rest', () => sendRest(context, 1))
    await during('articles hide and show', () => hideAndShow(context))
    await during('rendering what was changed', () => renderDigests(context, new AbortController().signal))
  } finally {
    await db.destroy()
  }
  return [...seen.values()].map(({ ms, ...query }) => ({ ...query, runs: ms.length, medianMs: median(ms) }))
}

/** Every tenth reader came in the last days, each at another time; a second feed told every fifth story of four days again. */
async function fillLate(db: Database, slot: Date): Promise<void> {
  await sql`
    with first as (
      insert into articles (newsletter_id, feed_id, item_key, title, published_at, first_seen_at, content_hash, eligible)
      select newsletter_id, id, 'first ' || n, 'Story ' || n, at, at, 'first', true
      from feeds, generate_series(1, 100) as n, lateral (select ${slot}::timestamptz - make_interval(mins => n * 57) as at) as seen
      returning *
    ), again as (
      insert into articles (newsletter_id, feed_id, item_key, title, published_at, first_seen_at, content_hash, eligible, same_story_as)
      select newsletter_id, feed_id, 'again ' || id, title, at, at, 'again', true, id
      from (select *, first_seen_at + interval '20 minutes' as at from first) as told where id % 5 = 0
      returning id, same_story_as
    )
    insert into article_topics (article_id, topic_id)
    select told.id, t.id
    from (select id, id as story from first union all select id, same_story_as from again) as told
      join topics t on t.id % ${topicCount} = story % ${topicCount}`.execute(db)
  await sql`
    update subscriptions
    set told_from = case when id % 10 = 0 then read_until - make_interval(secs => (id * 7919 % 250000)::int) end`.execute(
    db,
  )
  await sql`vacuum analyze articles, article_topics, subscriptions`.execute(db)
}

/** Of nobody here: what is looked up is not found, among many. */
async function fillSuppressions(db: Database): Promise<void> {
  await sql`
    insert into suppressions (email_key, reason, created_at)
    select 'gone-' || number || '@reader.example', 'hard_bounce', now() from generate_series(1, 100000) as number`.execute(
    db,
  )
  await sql`analyze suppressions`.execute(db)
}

/** What was planned and sent in the 50 days before: 24,000 digests of 12 stories each, most of them never rendered again. */
async function fillHistory(db: Database): Promise<void> {
  await sql`
    with old as (
      insert into articles (newsletter_id, feed_id, item_key, title, published_at, first_seen_at, content_hash, eligible)
      select f.newsletter_id, f.id, 'old ' || number, 'Story ' || number, at, at, 'old', true
      from (select newsletter_id, min(id) as id from feeds group by newsletter_id limit 1) as f, generate_series(1, 10000) as number,
        lateral (select now() - make_interval(mins => 5000 + number * 7) as at) as seen
      returning id
    ), numbered as (select id, row_number() over (order by id) as number from old),
    runs as (
      insert into digest_runs (newsletter_id, scheduled_for, window_end, created_at, planned_at, archived_at)
      select (select min(newsletter_id) from feeds), at, at, at, at, at
      from generate_series(1, 1200) as number, lateral (select now() - make_interval(hours => 72 + number) as at) as time
      returning id, window_end
    ), told as (
      insert into digests (run_id, language, frequency, edition_date, content_key, further_count, since, created_at)
      select runs.id, 'en', 'daily', window_end::date, 'old ' || number, 0, window_end - interval '1 day', window_end
      from runs, generate_series(1, 20) as number
      returning id
    )
    insert into digest_articles (digest_id, position, article_id)
    select told.id, position, numbered.id
    from told, generate_series(1, 12) as position, numbered where numbered.number = 1 + (told.id * 7 + position) % 10000`.execute(
    db,
  )
  await sql`analyze articles, digest_runs, digests, digest_articles`.execute(db)
}

async function planSome(context: Context, slot: Date, slices: number): Promise<void> {
  const enough = new AbortController()
  let planned = 0
  await planDigests(context, {
    scheduledAt: slot,
    signal: enough.signal,
    onProgress: () => {
      planned += 1
      if (planned >= slices) enough.abort()
    },
  })
}

/** 100,000 readers were welcomed and told of changed settings before; a few are to be: welcomes with the stories of a run, and notices. */
async function fillLetters(db: Database, slot: Date): Promise<void> {
  await sql`
    with asked as (
      insert into confirmations (subscriber_id, subscription_id, token_hash, nonce, key_id, requested_at, expires_at, confirmed_at)
      select subscriber_id, id, sha256(('token ' || id)::bytea), sha256(('nonce ' || id)::bytea), 'bench', at, at + interval '3 days', at
      from subscriptions, lateral (select ${slot}::timestamptz - make_interval(mins => id::int) as at) as time
      where id <= 100000
      returning id, subscription_id, confirmed_at
    )
    insert into welcomes (confirmation_id, subscription_id, created_at, settled_at)
    select id, subscription_id, confirmed_at, case when subscription_id > ${lettersOwed} then confirmed_at end from asked`.execute(
    db,
  )
  await sql`
    update subscriptions set read_until = ${slot}::timestamptz - interval '1 day' where id <= ${lettersOwed}`.execute(
    db,
  )
  await sql`
    insert into change_notices (subscription_id, due_at, message_id)
    select s.id, case when s.id <= ${lettersOwed} then ${slot}::timestamptz end, m.id
    from subscriptions s left join messages m on m.run_id = 1 and m.subscription_id = s.id and s.id % 2 = 0
    where s.id <= 100000`.execute(db)
  await sql`vacuum analyze confirmations, welcomes, change_notices`.execute(db)
}

/** A second run of 100,000 readers, planned and without its rendering: claims of the first have to pass it by. */
async function planLaterRun(db: Database): Promise<void> {
  await sql`
    with run as (
      insert into digest_runs (newsletter_id, scheduled_for, window_end, created_at)
      select newsletter_id, scheduled_for + interval '1 hour', window_end + interval '1 hour', created_at
      from digest_runs where id = 1
      returning id
    ), digest as (
      insert into digests (run_id, language, frequency, edition_date, content_key, further_count, created_at)
      select run.id, d.language, d.frequency, d.edition_date, d.content_key, 0, d.created_at
      from run, (select * from digests order by id limit 1) as d
      returning id, run_id
    ), told as (
      insert into digest_articles (digest_id, position, article_id)
      select digest.id, d.position, d.article_id
      from digest, digest_articles d where d.digest_id = (select min(id) from digests)
    )
    insert into messages (kind, subscriber_id, subscription_id, run_id, digest_id, to_email, created_at)
    select 'digest', m.subscriber_id, m.subscription_id, digest.run_id, digest.id, m.to_email, m.created_at
    from digest, (select * from messages where run_id = 1 order by id limit 100000) as m`.execute(db)
}

async function hideAndShow(context: Context): Promise<void> {
  const { article_id } = await context.db
    .selectFrom('digest_articles')
    .select('article_id')
    .where(
      'digest_id',
      '=',
      context.db.selectFrom('digests').select(({ fn }) => fn.min('id').as('id')),
    )
    .orderBy('position')
    .executeTakeFirstOrThrow()
  await hideArticle(context, String(article_id))
  await showArticle(context, String(article_id))
}

/** The provider is not what is looked at: it accepts at once. */
const accepting: Provider = {
  send: async (_, payloads): Promise<CallAnswer> => ({
    outcome: { kind: 'accepted', messages: payloads.map(() => ({ providerId: randomUUID() })) },
    limits: { requestsPerSecond: 0, dailyUsed: undefined, monthlyUsed: undefined },
  }),
}

async function sendSome(context: Context, batches: number): Promise<void> {
  const enough = new AbortController()
  await sendMessages(context, accepting, {
    signal: enough.signal,
    onProgress: (result) => {
      if (result.batches >= batches) enough.abort()
    },
  })
}

async function takeOver(context: Context, db: Database): Promise<void> {
  const { batch } = await claimDigests(context)
  if (!batch) throw new Error('nothing was claimed')
  await sql`update batches set lease_until = now() - interval '1 minute' where id = ${batch.id}`.execute(db)
  await settleExpiredBatches(context)
  await reclaimBatch(context)
}

async function oneEvent(context: Context): Promise<void> {
  const { provider_id, to_email } = await context.db
    .selectFrom('messages')
    .select(['provider_id', 'to_email'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  const event: WebhookEvent = {
    type: 'email.delivered',
    occurredAt: new Date(),
    providerId: provider_id ?? undefined,
    messageTag: undefined,
    to: [to_email],
    bounceKind: 'soft',
    failureReason: '',
    json: '{}',
  }
  await receiveWebhook(context, 'msg_bench', event)
}
