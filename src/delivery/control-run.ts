// What an operator decides about a run: each decision is one transaction, and one that makes no sense changes nothing.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { holdMoves } from './hold-moves.ts'
import { isFinished, runCanceled } from './run-status.ts'
import { lockRun, type Run, readRun } from './runs.ts'

/** Claims nothing more of a run. Batches under way are finished. Throws {@link PublicError}. */
export function pauseRun(context: Context, id: number): Promise<Run> {
  return change(context, id, async (trx, run) => {
    if (run.canceledAt) throw conflict(`Run ${id} is canceled: there is nothing to pause.`)
    if (isFinished(run)) throw conflict(`Run ${id} is done: there is nothing to pause.`)
    if (run.pausedAt) throw conflict(`Run ${id} is paused already: newsmatro runs resume ${id} lets it go on.`)
    await sql`update digest_runs set paused_at = ${context.clock.sqlNow} where id = ${id}`.execute(trx)
  })
}

/** Lets a paused run go on. Throws {@link PublicError}. */
export function resumeRun(context: Context, id: number): Promise<Run> {
  return change(context, id, async (trx, run) => {
    if (run.canceledAt)
      throw conflict(`Run ${id} is canceled: newsmatro runs send-rest ${id} sends what was kept back.`)
    if (isFinished(run)) throw conflict(`Run ${id} is done: there is nothing to resume.`)
    if (!run.pausedAt)
      throw conflict(`Run ${id} is not paused: it goes on by itself, and newsmatro runs pause ${id} holds it.`)
    await sql`update digest_runs set paused_at = null where id = ${id}`.execute(trx)
  })
}

/** Cancels what is waiting, and what is still to be planned. Batches under way are finished. Throws {@link PublicError}. */
export function cancelRun(context: Context, id: number): Promise<Run> {
  return change(context, id, async (trx, run) => {
    if (run.canceledAt)
      throw conflict(`Run ${id} is canceled already: newsmatro runs send-rest ${id} sends what was kept back.`)
    if (isFinished(run)) throw conflict(`Run ${id} is done: there is nothing to cancel.`)
    const now = context.clock.sqlNow
    await sql`update digest_runs set canceled_at = ${now}, paused_at = null where id = ${id}`.execute(trx)
    await sql`
      with waiting as materialized (
        select id from messages where run_id = ${id} and state = 'pending' and kind = 'digest'
        order by id for no key update -- as whoever suppresses addresses locks them
      )
      update messages set state = 'canceled', reason = ${runCanceled}, settled_at = ${now}
      from waiting where messages.id = waiting.id`.execute(trx)
  })
}

/**
 * Puts back what the provider refused, what could not be rendered, and what only the canceling of the run kept back.
 * Never what may have been accepted, nor what a reader does not want. Throws {@link PublicError}, also when there is
 * nothing to put back.
 */
export async function sendRest(
  context: Context,
  id: number,
): Promise<{ readonly run: Run; readonly requeued: number }> {
  let requeued = 0
  const run = await change(context, id, async (trx, before) => {
    // A pause that came while its last mails were under way holds nothing any more.
    if (before.pausedAt && !isFinished(before))
      throw conflict(`Run ${id} is paused: newsmatro runs resume ${id} lets it go on first.`)
    requeued = await requeue(trx, id)
    await renderAnew(trx, id)
    if (requeued === 0 && !(before.canceledAt && before.unplanned > 0)) {
      throw conflict(
        `Run ${id} has nothing to send again: newsmatro runs show ${id} --missing shows who is left, and why. What the provider once accepted is not sent again.`,
      )
    }
    await sql`update digest_runs set canceled_at = null, paused_at = null where id = ${id}`.execute(trx)
  })
  return { run, requeued }
}

/**
 * To the address that each reader has now. A message with a provider's id was accepted once, whatever became of it. Claiming
 * looks at consent once more.
 */
async function requeue(trx: InTransaction, runId: number): Promise<number> {
  await holdMoves(trx, sql`run_id = ${runId} and state in ('failed', 'canceled')`)
  const { rows } = await sql<{ requeued: number }>`
    with back as (
      update messages m set state = 'pending', reason = null, settled_at = null, batch_id = null, batch_position = null,
        rendering_id = null, attempts = 0, to_email = r.email
      from subscriptions s join subscribers r on r.id = s.subscriber_id
      where m.run_id = ${runId} and (m.state = 'failed' or (m.state = 'canceled' and m.reason = ${runCanceled}))
        and m.provider_id is null and s.id = m.subscription_id and s.state = 'active'
        and not exists (select from suppressions x where x.email_key = r.email_key)
      returning m.digest_id
    ), rendered_anew as (
      -- given up after its last failure, a digest would keep its messages waiting for ever
      update digests set render_failures = 0
      where run_id = ${runId} and rendering_id is null and render_failures > 0 and id in (select digest_id from back)
    )
    select count(*) as requeued from back`.execute(trx)
  return rows[0]?.requeued ?? 0
}

/**
 * What was hidden or shown while nobody waited was not counted anew: where an article of their windows was changed since the run,
 * its digests are rendered once more. With the newsletter's row taken, as by whoever changes an article: that is either seen here,
 * or sees who waits now. By articles_newest and articles_decided; in the order of ids, as whoever corrects a story locks digests.
 */
async function renderAnew(trx: InTransaction, runId: number): Promise<void> {
  await sql`
    select from newsletters where id = (select newsletter_id from digest_runs where id = ${runId}) for share`.execute(
    trx,
  )
  await sql`
    with run as materialized (
      select newsletter_id, window_end, (select min(since) from digests where run_id = r.id) as since from digest_runs r where id = ${runId}
    ), changed as materialized (
      select a.id from run, lateral (
        select id from articles
        where newsletter_id = run.newsletter_id and first_seen_at > run.since and first_seen_at <= run.window_end
          and changed_at > run.window_end
        union all
        -- whose embargo ended in a window
        select id from articles
        where newsletter_id = run.newsletter_id and first_seen_at <= run.since and available_from > run.since
          and available_from <= run.window_end and changed_at > run.window_end) as a
    ), made as materialized (
      select id from digests where run_id = ${runId} and rendering_id is not null and exists (select from changed)
      order by id for no key update
    )
    update digests set rendering_id = null from made where digests.id = made.id`.execute(trx)
}

/** A decision is about all messages of a run in one statement: a million take longer than the 60 s of any other. */
const longestDecision = '15min'

function change(context: Context, id: number, decide: (trx: InTransaction, run: Run) => Promise<void>): Promise<Run> {
  return context.db.transaction().execute(async (trx) => {
    await sql.raw(`set local statement_timeout = '${longestDecision}'`).execute(trx)
    await decide(trx, await lockRun(trx, id))
    return readRun(trx, id)
  })
}

const conflict = (message: string) => new PublicError('conflict', message)
