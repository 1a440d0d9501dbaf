import { sql } from 'kysely'
import { type MailTemplate, slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { type DigestSource, digestMail, readDigest } from './digest-mail.ts'

export const maximumFailures = 5

/** Messages failed in one statement. */
const failedAtOnce = 10_000

/**
 * Renders each digest that was planned and not yet rendered, once. A digest that cannot be rendered keeps its error, is
 * tried again at the next ticks, and given up after the fifth time: its messages fail, also those that are planned later.
 * The other digests go on. What the database throws says nothing of the digest: it is thrown in the end, and nothing is
 * counted.
 */
export async function renderDigests(
  context: Context,
  signal: AbortSignal,
): Promise<{ rendered: number; failed: number }> {
  const counts = { rendered: 0, failed: 0, overtaken: 0 }
  let lastId = 0
  const databaseFailures: unknown[] = []
  while (!signal.aborted) {
    const digest = await context.db
      .selectFrom('digests')
      .selectAll()
      .where('rendering_id', 'is', null)
      .where('render_failures', '<', maximumFailures)
      .where('id', '>', lastId)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (!digest) break
    lastId = digest.id
    try {
      counts[await render(context, await readDigest(context, digest))] += 1
    } catch (error) {
      databaseFailures.push(error)
    }
  }
  await failGivenUp(context, signal)
  if (databaseFailures.length > 0) throw databaseFailures[0]
  return { rendered: counts.rendered, failed: counts.failed }
}

/** `overtaken`: another process rendered it, or gave it up, in the meantime. */
async function render(context: Context, source: DigestSource): Promise<'rendered' | 'failed' | 'overtaken'> {
  let template: MailTemplate
  try {
    const markers = slotMarkers(context.random)
    template = toTemplate(await digestMail(context, source, markers), markers)
  } catch (error) {
    return (await recordFailure(context, source.digest.id, error)) ? 'failed' : 'overtaken'
  }
  return (await store(context, source.digest.id, template)) ? 'rendered' : 'overtaken'
}

/** False where another process was faster. A digest that was given up stays so: its messages are being failed. */
async function store(context: Context, digestId: number, template: MailTemplate): Promise<boolean> {
  return context.db.transaction().execute(async (trx) => {
    const rendering_id = await storeRendering(trx, template, context.clock.now())
    const { numUpdatedRows } = await trx
      .updateTable('digests')
      .set({ rendering_id, render_error: null })
      .where('id', '=', digestId)
      .where('rendering_id', 'is', null)
      .where('render_failures', '<', maximumFailures)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  })
}

/** False where another process has rendered it: that this one could not then matters to nobody. */
async function recordFailure(context: Context, digestId: number, error: unknown): Promise<boolean> {
  const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown error'
  const { numUpdatedRows } = await context.db
    .updateTable('digests')
    .set((eb) => ({ render_failures: eb('render_failures', '+', 1), render_error: message }))
    .where('id', '=', digestId)
    .where('rendering_id', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  context.log.error('digest_not_rendered', { digest: digestId, error: message })
  return true
}

/**
 * Fails what waits for digests that were given up, at each call: a slice planned later joins a digest that is there. Each
 * run once, as a range in the order of messages_bulk; most have nothing pending. Messages locked by others are left to the
 * next call.
 */
async function failGivenUp(context: Context, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { numAffectedRows } = await sql`
      with given_up as materialized (
        select run_id, array_agg(id) as digest_ids from digests
        where rendering_id is null and render_failures >= ${maximumFailures}
        group by run_id
      ), waiting as materialized (
        select m.id from given_up g, lateral (
          select id from messages
          where run_id between g.run_id and g.run_id and state = 'pending' and kind = 'digest'
            and digest_id = any(g.digest_ids)
          order by run_id, id limit ${failedAtOnce}
          for no key update skip locked) as m
        limit ${failedAtOnce}
      )
      update messages set state = 'failed', reason = 'the digest could not be rendered', settled_at = ${context.clock.sqlNow}
      where id in (select id from waiting)`.execute(context.db)
    if (Number(numAffectedRows ?? 0n) < failedAtOnce || signal.aborted) return
  }
}
