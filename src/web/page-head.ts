import { html } from 'hono/html'
import type { Config } from '../platform/config.ts'

export type PageHead = {
  readonly title: string
  readonly siteName: string
  readonly description: string
  /** From the root, as links should name the page. */
  readonly path: string
  /** Unset: the site's own picture. */
  readonly imageUrl?: string | undefined
  /** Of a page that is a text of that time. */
  readonly publishedAt?: Date | undefined
}

export const ownPicturePath = '/og.png'

/** What search engines, feed readers and those who quote a page are told of it. */
export function pageHead({ publicUrl }: Config, head: PageHead) {
  const { title, siteName, description, path, publishedAt } = head
  const type = publishedAt ? 'article' : 'website'
  const picture = head.imageUrl ?? `${publicUrl}${ownPicturePath}`
  return html`
<meta name="description" content="${description}"><link rel="canonical" href="${publicUrl}${path}">
<link rel="alternate" type="application/atom+xml" title="${siteName}" href="${publicUrl}/archive/feed.xml"><link rel="alternate" type="application/feed+json" title="${siteName}" href="${publicUrl}/archive/feed.json">
<meta property="og:type" content="${type}"><meta property="og:site_name" content="${siteName}"><meta property="og:title" content="${title}"><meta property="og:description" content="${description}"><meta property="og:url" content="${publicUrl}${path}"><meta property="og:image" content="${picture}"><meta name="twitter:card" content="summary_large_image">
${publishedAt ? html`<meta property="article:published_time" content="${publishedAt.toISOString()}">` : ''}`
}
