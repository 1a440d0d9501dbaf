// A digest as a mail: what a group of readers share, and where each one's own links go.
import { sql } from 'kysely'
import { createElement } from 'react'
import { DigestEmail, type DigestProps, digestSubject, digestText } from '../../emails/digest.tsx'
import { renderMail } from '../../emails/render.ts'
import type { MarkedMail } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { Row } from '../platform/database/schema.ts'
import { replyAddress } from '../platform/mail-address.ts'
import { publisherOf } from '../platform/publisher.ts'
import { listHeaders } from './list-headers.ts'

/** All that a digest's mail is made of, apart from the reader. */
export type DigestSource = {
  readonly digest: Row<'digests'>
  readonly newsletter: { readonly name: string; readonly slug: string }
  readonly stories: DigestProps['stories']
}

/** What differs from reader to reader, or the markers that stand for it. */
export type Personal = {
  readonly unsubscribeToken: string
  readonly preferencesToken: string
  readonly confirmedOn: string
  readonly unsubscribeMailToken: string
  readonly replyMailToken: string
}

export async function readDigest(context: Context, digest: Row<'digests'>): Promise<DigestSource> {
  const newsletter = await context.db
    .selectFrom('digest_runs as run')
    .innerJoin('newsletters as n', 'n.id', 'run.newsletter_id')
    .select(['n.name', 'n.slug'])
    .where('run.id', '=', digest.run_id)
    .executeTakeFirstOrThrow()
  const stories = await readStories(context, [digest.id])
  return { digest, newsletter, stories: stories.get(digest.id) ?? [] }
}

/** Renders the mail. The same source and personal parts always give the same bytes. */
export async function digestMail(context: Context, source: DigestSource, personal: Personal): Promise<MarkedMail> {
  const { config } = context
  const { digest, newsletter, stories } = source
  const preferences = `${config.publicUrl}/preferences/${personal.preferencesToken}`
  const unsubscribe = `${config.publicUrl}/unsubscribe/${personal.unsubscribeToken}`
  const props: DigestProps = {
    newsletterName: newsletter.name,
    language: digest.language,
    frequency: digest.frequency,
    editionDate: digest.edition_date,
    stories,
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
    confirmedOn: personal.confirmedOn,
    takesReplies: config.inboundDomain !== undefined,
  }
  const { html, text } = await renderMail(createElement(DigestEmail, props), digestText(props))
  return {
    from: config.mailFrom,
    replyTo: replyAddress(config, 'reply', personal.replyMailToken),
    subject: digestSubject(props),
    html,
    text,
    headers: listHeaders(config, { digest, newsletter, preferences, unsubscribe, ...personal }),
  }
}

/** The stories of each digest, in order. */
export async function readStories(
  context: Context,
  digestIds: readonly number[],
): Promise<Map<number, DigestProps['stories']>> {
  const { rows } = await sql<{
    digest_id: number
    title: string
    url: string | null
    summary: string
    image_url: string | null
    image_alt: string
    authors: string[]
    published_at: Date
    topics: { slug: string; name: string }[]
  }>`
    select d.digest_id, a.title, a.url, a.summary, a.image_url, a.image_alt, a.authors, a.published_at,
      coalesce((select json_agg(json_build_object('slug', t.slug, 'name', t.name) order by t.name)
        from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id), '[]') as topics
    from digest_articles d join articles a on a.id = d.article_id
    where d.digest_id = any(${[...digestIds]}::bigint[]) order by d.digest_id, d.position`.execute(context.db)
  const stories = new Map<number, DigestProps['stories']>()
  for (const row of rows) {
    const list = stories.get(row.digest_id) ?? []
    stories.set(row.digest_id, list)
    list.push({
      title: row.title,
      url: row.url,
      summary: row.summary,
      imageUrl: row.image_url,
      imageAlt: row.image_alt,
      authors: row.authors,
      topics: row.topics,
      publishedAt: row.published_at,
    })
  }
  return stories
}
