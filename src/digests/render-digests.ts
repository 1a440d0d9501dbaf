import { sql } from 'kysely'
import { slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { Row } from '../platform/database/schema.ts'
import { digestMail, readDigest } from './digest-mail.ts'

export const maximumFailures = 5

/**
 * Renders each digest that was planned and not yet rendered, once. A digest that cannot be rendered keeps its error, is
 * tried again at the next ticks, and its messages fail after the fifth time; the other digests go on.
 */
export async function renderDigests(
  context: Context,
  signal: AbortSignal,
): Promise<{ rendered: number; failed: number }> {
  let rendered = 0
  let failed = 0
  let lastId = 0
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
      if (await renderOne(context, digest)) rendered += 1
    } catch (error) {
      failed += 1
      await recordFailure(context, digest.id, error)
    }
  }
  return { rendered, failed }
}

async function renderOne(context: Context, digest: Row<'digests'>): Promise<boolean> {
  const markers = slotMarkers(context.random)
  const template = toTemplate(await digestMail(context, await readDigest(context, digest), markers), markers)
  return context.db.transaction().execute(async (trx) => {
    const rendering_id = await storeRendering(trx, template, context.clock.now())
    const { numUpdatedRows } = await trx
      .updateTable('digests')
      .set({ rendering_id, render_error: null })
      .where('id', '=', digest.id)
      .where('rendering_id', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  })
}

async function recordFailure(context: Context, digestId: number, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown error'
  context.log.error('digest_not_rendered', { digest: digestId, error: message })
  await context.db.transaction().execute(async (trx) => {
    const { render_failures } = await trx
      .updateTable('digests')
      .set((eb) => ({ render_failures: eb('render_failures', '+', 1), render_error: message }))
      .where('id', '=', digestId)
      .returning('render_failures')
      .executeTakeFirstOrThrow()
    if (render_failures < maximumFailures) return
    await sql`
      update messages set state = 'failed', reason = 'the digest could not be rendered', settled_at = ${context.clock.sqlNow}
      where digest_id = ${digestId} and state = 'pending' and run_id = (select run_id from digests where id = ${digestId})`.execute(
      trx,
    )
  })
}
