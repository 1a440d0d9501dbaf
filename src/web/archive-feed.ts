// The archive as Atom (RFC 4287) and as JSON Feed (jsonfeed.org/version/1.1).
import { html, raw } from 'hono/html'
import type { Item, PublicDigest } from '../digests/archive.ts'
import { digestPath } from './digest-page.tsx'

export type FeedOptions = {
  /** Of this feed. */
  readonly path: string
  readonly publicUrl: string
  readonly title: string
  readonly language: string
  /** When there is nothing in it yet. */
  readonly since: Date
  readonly digests: readonly PublicDigest[]
}

/** When anything in the feed last changed. */
export const changedAt = ({ digests, since }: Pick<FeedOptions, 'digests' | 'since'>) =>
  digests.length === 0 ? since : new Date(Math.max(...digests.map((digest) => digest.changedAt.getTime())))

export async function atomFeed(options: FeedOptions): Promise<string> {
  const { path, publicUrl, title, language, digests } = options
  const entries = await Promise.all(
    digests.map(async (digest) => {
      const url = publicUrl + digestPath(digest.digestId)
      const image = digest.edition.lead.imageUrl
      return html`
<entry xml:lang="${digest.language}"><id>${url}</id><title>${digest.edition.lead.title}</title>
<link rel="alternate" type="text/html" href="${url}"/>${image ? html`<link rel="enclosure" type="image/*" href="${image}"/>` : ''}
<published>${digest.publishedAt.toISOString()}</published><updated>${digest.changedAt.toISOString()}</updated>
<author><name>${digest.newsletterName}</name></author><summary>${digest.edition.intro}</summary>
<content type="html">${await contentOf(digest)}</content></entry>`
    }),
  )
  const feed = await html`${raw('<?xml version="1.0" encoding="utf-8"?>')}
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}"><id>${publicUrl}${path}</id><title>${title}</title>
<updated>${changedAt(options).toISOString()}</updated><author><name>${title}</name></author>
<link rel="self" type="application/atom+xml" href="${publicUrl}${path}"/><link rel="alternate" type="text/html" href="${publicUrl}/archive"/>${entries}
</feed>
`
  return String(feed)
}

export async function jsonFeed({ path, publicUrl, title, language, digests }: FeedOptions): Promise<string> {
  const items = digests.map(async (digest) => {
    const url = publicUrl + digestPath(digest.digestId)
    const image = digest.edition.lead.imageUrl
    return {
      id: url,
      url,
      title: digest.edition.lead.title,
      summary: digest.edition.intro,
      content_html: await contentOf(digest),
      ...(image && { image }),
      date_published: digest.publishedAt.toISOString(),
      date_modified: digest.changedAt.toISOString(),
      authors: [{ name: digest.newsletterName }],
      language: digest.language,
    }
  })
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: `${publicUrl}/archive`,
    feed_url: `${publicUrl}${path}`,
    language,
    items: await Promise.all(items),
  }
  return JSON.stringify(feed)
}

/** All stories, in the order of the mail, as text of their own HTML: what a reader of feeds knows of it is in it. */
async function contentOf({ edition, words, language, direction, furtherCount }: PublicDigest): Promise<string> {
  const line = (text: string) => (text ? html`<br>${text}` : '')
  const story = ({ title, url, summary, byline }: Item) =>
    html`<li dir="auto">${url ? html`<a href="${url}">${title}</a>` : title}${line(summary)}${line(byline)}</li>`
  const list = (name: string, items: readonly Item[]) => html`<h2>${name}</h2><ul>${items.map(story)}</ul>`
  const { lead, sections, alone, brief } = edition
  const content =
    await html`<div lang="${language}" dir="${direction}"><ul>${story(lead)}</ul>${sections.map(({ topic, items }) => list(topic.name, items))}${
      alone.length > 0 ? html`<ul>${alone.map(story)}</ul>` : ''
    }${brief.length > 0 ? list(words.inBrief, brief) : ''}${furtherCount > 0 ? html`<p>${words.further}</p>` : ''}</div>`
  return `${content}`
}
