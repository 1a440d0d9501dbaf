import { sql } from 'kysely'
import { waitingRuns } from '../delivery/claim-batch.ts'
import { type MailTemplate, slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction, Row } from '../platform/database/schema.ts'
import { type DigestSource, digestMail, readDigest } from './digest-mail.ts'
import { endGivenUp, endWithdrawn, maximumFailures } from './end-waiting.ts'

/**
 * Renders each digest that somebody waits for and that has no rendering: it was planned, or a story of it was corrected or
 * withdrawn since. One that cannot be rendered keeps its error, is tried again at the next ticks, and given up after the fifth
 * time: its messages fail, also those that are planned later. Those of one that has no story left are canceled. The other
 * digests go on. What the database throws says nothing of the digest: it is thrown in the end, and nothing is counted.
 */
export async function renderDigests(
  context: Context,
  signal: AbortSignal,
): Promise<{ rendered: number; failed: number }> {
  const counts = { rendered: 0, failed: 0, overtaken: 0, withdrawn: 0 }
  let last: Pick<Row<'digests'>, 'run_id' | 'id'> | undefined
  const databaseFailures: unknown[] = []
  while (!signal.aborted) {
    const digest = await nextUnrendered(context, last)
    if (!digest) break
    last = digest
    try {
      counts[await render(context, await readDigest(context.db, digest), signal)] += 1
    } catch (error) {
      databaseFailures.push(error)
    }
  }
  await endGivenUp(context, signal)
  if (databaseFailures.length > 0) throw databaseFailures[0]
  return { rendered: counts.rendered, failed: counts.failed }
}

/** Of the runs in which somebody waits. By digests_unrendered. */
async function nextUnrendered(
  { db }: Context,
  last: Pick<Row<'digests'>, 'run_id' | 'id'> | undefined,
): Promise<Row<'digests'> | undefined> {
  const { run_id = 0, id = 0 } = last ?? {}
  const { rows } = await sql<Row<'digests'>>`
    with recursive ${waitingRuns(run_id - 1)}
    select next.* from waiting, lateral (
      select * from digests g
      where g.run_id = waiting.run_id and g.rendering_id is null and g.render_failures < ${maximumFailures}
        and (g.run_id, g.id) > (${run_id}::bigint, ${id}::bigint)
      order by g.run_id, g.id limit 1) as next
    order by next.run_id limit 1`.execute(db)
  return rows[0]
}

/** `overtaken`: another process rendered it, or gave it up, in the meantime; or its stories were changed, and the next tick renders it. */
async function render(
  context: Context,
  source: DigestSource,
  signal: AbortSignal,
): Promise<'rendered' | 'failed' | 'overtaken' | 'withdrawn'> {
  if (source.stories.length === 0) {
    await endWithdrawn(context, source.digest, signal)
    return 'withdrawn'
  }
  let template: MailTemplate
  try {
    const markers = slotMarkers(context.random)
    template = toTemplate(await digestMail(context, source, markers), markers)
  } catch (error) {
    return (await recordFailure(context, source.digest.id, error)) ? 'failed' : 'overtaken'
  }
  return (await store(context, source, template)) ? 'rendered' : 'overtaken'
}

/** False where another process was faster. A digest that was given up stays so: its messages are being failed. */
async function store(context: Context, source: DigestSource, template: MailTemplate): Promise<boolean> {
  return context.db.transaction().execute(async (trx) => {
    if (!(await isAsRead(trx, source))) return false
    const { id, further_count } = source.digest
    const rendering_id = await storeRendering(trx, template, context.clock.now())
    const { numUpdatedRows } = await trx
      .updateTable('digests')
      .set({ rendering_id, further_count, render_error: null })
      .where('id', '=', id)
      .where('rendering_id', 'is', null)
      .where('render_failures', '<', maximumFailures)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  })
}

/**
 * Whether it would be rendered from the same once more. With the newsletter's row taken, as by whoever changes an article: what
 * was changed while it was rendered is seen here, and what is changed later finds this rendering, and takes it away.
 */
async function isAsRead(trx: InTransaction, source: DigestSource): Promise<boolean> {
  await sql`
    select from newsletters where id = (select newsletter_id from digest_runs where id = ${source.digest.run_id}) for share`.execute(
    trx,
  )
  const now = await readDigest(trx, source.digest)
  return JSON.stringify(now) === JSON.stringify(source)
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
