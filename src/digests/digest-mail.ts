// A digest as a mail: what a group of readers share, and where each one's own links go.
import { sql } from 'kysely'
import { createElement } from 'react'
import { digestLinks } from '../../emails/components/digest-links.ts'
import { writtenDays } from '../../emails/components/in-words.ts'
import { DigestEmail, type DigestProps, digestSubject, digestText } from '../../emails/digest.tsx'
import { spoken } from '../../emails/messages.ts'
import { renderMail } from '../../emails/render.ts'
import { countFurther, type ToldArticle } from '../articles/select-articles.ts'
import type { MarkedMail } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import type { Database, Row } from '../platform/database/schema.ts'
import { replyAddress } from '../platform/mail-address.ts'
import { publisherOf } from '../platform/publisher.ts'
import { senderOf } from '../platform/sender.ts'
import { type ListHeadersOf, listHeaders } from './list-headers.ts'
import { securedAddresses } from './secure-addresses.ts'

/** All that a digest's mail is made of, apart from the reader. */
export type DigestContent = {
  readonly digest: Pick<Row<'digests'>, 'language' | 'frequency' | 'edition_date' | 'further_count'>
  readonly newsletter: {
    readonly name: string
    readonly slug: string
    readonly language: string
    /** It is the one that is meant where none is named. */
    readonly isFirst: boolean
  }
  readonly stories: DigestProps['stories']
}

/** That of a digest that was planned. */
export type DigestSource = DigestContent & { readonly digest: Row<'digests'> }

/** What differs from reader to reader, or the markers that stand for it. */
export type Personal = {
  readonly unsubscribeToken: string
  readonly preferencesToken: string
  readonly confirmedOn: string
  readonly unsubscribeMailToken: string
  readonly replyMailToken: string
}

/** As it is to be told now: its stories as they are, without those that were hidden since, and the further ones counted anew. */
export async function readDigest(db: Database, digest: Row<'digests'>): Promise<DigestSource> {
  const run = await db
    .selectFrom('digest_runs as run')
    .innerJoin('newsletters as n', 'n.id', 'run.newsletter_id')
    .select(['run.newsletter_id', 'run.window_end', 'n.name', 'n.slug', 'n.language', isFirstNewsletter.as('isFirst')])
    .where('run.id', '=', digest.run_id)
    .executeTakeFirstOrThrow()
  const { rows } = await sql<ToldArticle & { is_hidden: boolean }>`
    select d.article_id as id, d.topic_id as topic, d.can_be_fewer as "canBeFewer", a.hidden_at is not null as is_hidden
    from digest_articles d join articles a on a.id = d.article_id
    where d.digest_id = ${digest.id} order by d.position`.execute(db)
  const shown = rows.map(({ id }) => id)
  const { newsletter_id, window_end, ...newsletter } = run
  const { since, told_from: toldFrom, topic_choice_id: topicChoiceId } = digest
  const group = { toldFrom, topicChoiceId, shown }
  return {
    digest: since
      ? { ...digest, further_count: await countFurther(db, newsletter_id, window_end, { since, ...group }) }
      : digest,
    newsletter,
    stories: await readStories(
      db,
      rows.filter(({ is_hidden }) => !is_hidden),
    ),
  }
}

/** Renders the mail. The same source and personal parts always give the same bytes. */
export async function digestMail(context: Context, source: DigestContent, personal: Personal): Promise<MarkedMail> {
  const props = digestProps(context, source, personal)
  const { html, text } = await renderMail(createElement(DigestEmail, props), digestText(props))
  return { ...envelopeOf(context, source, personal, 'digest'), subject: digestSubject(props), html, text }
}

/** Whom it is from, where answers go, and what mail programs are told. */
export function envelopeOf(
  { config }: Context,
  { digest, newsletter }: DigestContent,
  personal: Personal,
  stream: ListHeadersOf['stream'],
): Pick<MarkedMail, 'from' | 'replyTo' | 'headers' | 'days'> {
  return {
    from: senderOf(config, newsletter),
    replyTo: replyAddress(config, 'reply', personal.replyMailToken),
    days: writtenDays(spoken(digest.language)),
    headers: listHeaders(config, {
      stream,
      digest,
      newsletter,
      ...digestLinks(config.publicUrl, personal),
      ...personal,
    }),
  }
}

/** What the template of a digest takes. */
export function digestProps({ config }: Context, source: DigestContent, personal: Personal): DigestProps {
  const { digest, newsletter, stories } = source
  return {
    newsletterName: newsletter.name,
    language: spoken(digest.language),
    storiesLanguage: newsletter.language,
    frequency: digest.frequency,
    editionDate: digest.edition_date,
    stories,
    furtherCount: digest.further_count,
    siteUrl: config.branding.siteUrl,
    links: digestLinks(config.publicUrl, personal),
    publisher: publisherOf(config, newsletter.name),
    confirmedOn: personal.confirmedOn,
    takesReplies: config.inboundDomain !== undefined,
  }
}

/** Articles as a digest tells them, in this order: of the topics of each the one under which it is shown is the first. */
export async function readStories(db: Database, told: readonly ToldArticle[]): Promise<DigestProps['stories']> {
  const { rows } = await sql<{
    title: string
    url: string | null
    summary: string
    image_url: string | null
    image_alt: string
    image_width: number | null
    image_height: number | null
    authors: string[]
    published_at: Date
    topics: { slug: string; name: string }[]
    sites: { name: string | null; url: string }[]
    feed_url: string
    can_be_fewer: boolean
  }>`
    select told.can_be_fewer, a.title, a.url, a.summary, a.image_url, a.image_alt, a.image_width, a.image_height, a.authors, a.published_at, home.url as feed_url,
      coalesce((select json_agg(json_build_object('slug', t.slug, 'name', t.name)
          order by t.id = told.topic_id desc nulls last, x.is_added, x.place, t.name)
        from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id), '[]') as topics,
      coalesce((select json_agg(json_build_object('name', f.title, 'url', f.url) order by b.id)
        from articles b join feeds f on f.id = b.feed_id
        where (b.id = a.same_story_as or b.same_story_as = coalesce(a.same_story_as, a.id)) and b.feed_id <> a.feed_id), '[]') as sites
    from unnest(${told.map(({ id }) => id)}::bigint[], ${told.map(({ topic }) => topic)}::bigint[],
      ${told.map(({ canBeFewer }) => canBeFewer)}::boolean[]) with ordinality as told (id, topic_id, can_be_fewer, position)
      join articles a on a.id = told.id
      join feeds home on home.id = a.feed_id
    order by told.position`.execute(db)
  return rows.map((row) => ({
    title: row.title,
    ...securedAddresses({ url: row.url, imageUrl: row.image_url }, row.feed_url),
    summary: row.summary,
    imageAlt: row.image_alt,
    imageWidth: row.image_width,
    imageHeight: row.image_height,
    authors: row.authors,
    topics: row.topics,
    canBeFewer: row.can_be_fewer,
    publishedAt: row.published_at,
    alsoIn: [...new Set(row.sites.map(({ name, url }) => name ?? new URL(url).hostname.replace(/^www\./, '')))],
  }))
}
