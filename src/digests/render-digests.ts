import { sql } from 'kysely'
import { createElement } from 'react'
import { DigestEmail, type DigestProps, digestSubject, digestText } from '../../emails/digest.tsx'
import { renderMail } from '../../emails/render.ts'
import { type MailTemplate, slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { Row } from '../platform/database/schema.ts'
import { listId, publisherOf } from '../platform/publisher.ts'

const maximumFailures = 5

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
  const template = await renderTemplate(context, digest)
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

async function renderTemplate(context: Context, digest: Row<'digests'>): Promise<MailTemplate> {
  const { config } = context
  const newsletter = await context.db
    .selectFrom('digest_runs as run')
    .innerJoin('newsletters as n', 'n.id', 'run.newsletter_id')
    .select(['n.name', 'n.slug'])
    .where('run.id', '=', digest.run_id)
    .executeTakeFirstOrThrow()
  const markers = slotMarkers(context.random)
  const preferences = `${config.publicUrl}/preferences/${markers.preferencesToken}`
  const unsubscribe = `${config.publicUrl}/unsubscribe/${markers.unsubscribeToken}`
  const props: DigestProps = {
    newsletterName: newsletter.name,
    language: digest.language,
    frequency: digest.frequency,
    editionDate: digest.edition_date,
    stories: await readStories(context, digest.id),
    furtherCount: digest.further_count,
    siteUrl: `${config.publicUrl}/`,
    links: {
      preferences,
      unsubscribe,
      weekly: `${preferences}?frequency=weekly`,
      daily: `${preferences}?frequency=daily`,
      pauseTwoWeeks: `${preferences}?pauseDays=14`,
      fewerOf: (topicSlug) => `${preferences}?without=${encodeURIComponent(topicSlug)}`,
    },
    publisher: publisherOf(config, newsletter.name),
    confirmedOn: markers.confirmedOn,
  }
  const { html, text } = await renderMail(createElement(DigestEmail, props), digestText(props))
  return toTemplate(
    {
      from: config.mailFrom,
      replyTo: config.contactAddress,
      subject: digestSubject(props),
      html,
      text,
      headers: {
        'List-Id': listId(config, newsletter),
        'List-Unsubscribe': `<${unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', // RFC 8058 §3.1: exactly this
        'List-Post': 'NO',
        'Auto-Submitted': 'auto-generated',
      },
    },
    markers,
  )
}

async function readStories(context: Context, digestId: number): Promise<DigestProps['stories']> {
  const { rows } = await sql<{
    title: string
    url: string | null
    summary: string
    image_url: string | null
    image_alt: string
    authors: string[]
    published_at: Date
    topics: { slug: string; name: string }[]
  }>`
    select a.title, a.url, a.summary, a.image_url, a.image_alt, a.authors, a.published_at,
      coalesce((select json_agg(json_build_object('slug', t.slug, 'name', t.name) order by t.name)
        from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id), '[]') as topics
    from digest_articles d join articles a on a.id = d.article_id
    where d.digest_id = ${digestId} order by d.position`.execute(context.db)
  return rows.map((row) => ({
    title: row.title,
    url: row.url,
    summary: row.summary,
    imageUrl: row.image_url,
    imageAlt: row.image_alt,
    authors: row.authors,
    topics: row.topics,
    publishedAt: row.published_at,
  }))
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
