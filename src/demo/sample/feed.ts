import { sampleArticles, type SampleArticle } from './articles.ts'

export type SampleFeedOptions = {
  /** Where the demo is served; articles and pictures are below it. */
  readonly baseUrl: string
  readonly now: Date
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)

const element = (name: string, text: string) => `<${name}>${escape(text)}</${name}>`

/** The demo's news as RSS 2.0, with times that are as fresh as `now`. */
export function sampleFeed({ baseUrl, now }: SampleFeedOptions): string {
  const base = baseUrl.replace(/\/+$/, '')
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
  xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:media="http://search.yahoo.com/mrss/">
<channel>
${element('title', 'The Calderhaven Post')}
${element('link', `${base}/`)}
<atom:link href="${escape(`${base}/feed.xml`)}" rel="self" type="application/rss+xml"/>
${element('description', 'News from a harbour city that does not exist.')}
<language>en</language>
${element('lastBuildDate', now.toUTCString())}
<ttl>15</ttl>
${sampleArticles.map((article) => itemOf(article, base, now)).join('\n')}
</channel>
</rss>
`
}

function itemOf(article: SampleArticle, base: string, now: Date): string {
  const published = new Date(now.getTime() - article.hoursAgo * 3_600_000)
  const image = escape(`${base}/images/${article.slug}.jpg`)
  const html = article.paragraphs.map((paragraph) => element('p', paragraph)).join('\n')
  return `<item>
${element('title', article.title)}
${element('link', `${base}/articles/${article.slug}`)}
<guid isPermaLink="false">${escape(`sample:${article.slug}`)}</guid>
${element('pubDate', published.toUTCString())}
${article.authors.map((author) => element('dc:creator', author)).join('\n')}
${element('category', article.topic)}
${element('description', article.summary)}
<media:content url="${image}" medium="image" type="image/jpeg" width="1200" height="675">
${element('media:description', article.imageAlt)}
</media:content>
${element('content:encoded', html)}
</item>`
}
