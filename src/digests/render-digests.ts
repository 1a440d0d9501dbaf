import { sql } from 'kysely'
import { type MailTemplate, slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { type DigestSource, digestMail, readDigest } from './digest-mail.ts'

export const maximumFailures = 5

/**
 * Renders each digest that was planned and not yet rendered, once. A digest that cannot be rendered keeps its error, is
 * tried again at the next ticks, and its messages fail after the fifth time; the other digests go on. What the
 * database throws says nothing of the digest: it is thrown in the end, and nothing is counted.
 */
export async function renderDigests(
  context: Context,
  signal: AbortSignal,
): Promise<{ rendered: number; failed: number }> {
  let rendered = 0
  let failed = 0
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
      const template = await make(context, await readDigest(context, digest))
      if (!template) failed += 1
      else if (await store(context, digest.id, template)) rendered += 1
    } catch (error) {
      databaseFailures.push(error)
    }
  }
  if (databaseFailures.length > 0) throw databaseFailures[0]
  return { rendered, failed }
}

/** Undefined where it cannot be made, which is recorded. */
async function make(context: Context, source: DigestSource): Promise<MailTemplate | undefined> {
  try {
    const markers = slotMarkers(context.random)
    return toTemplate(await digestMail(context, source, markers), markers)
  } catch (error) {
    await recordFailure(context, source.digest.id, error)
    return undefined
  }
}

/** False where another process was faster. */
async function store(context: Context, digestId: number, template: MailTemplate): Promise<boolean> {
  return context.db.transaction().execute(async (trx) => {
    const rendering_id = await storeRendering(trx, template, context.clock.now())
    const { numUpdatedRows } = await trx
      .updateTable('digests')
      .set({ rendering_id, render_error: null })
      .where('id', '=', digestId)
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
