import { html } from 'hono/html'
import type { Config } from '../platform/config.ts'
import { type Language, languages, type Messages } from '../subscriptions/languages.ts'
import { inLanguage, type Speaking } from './asked-language.ts'
import { pictureSize } from './own-picture.ts'

export type PageHead = {
  readonly title: string
  readonly siteName: string
  readonly description: string
  /** From the root, as links should name the page, without a language. */
  readonly path: string
  /** The page is there in every language, this being one. Unset: what it tells is in the newsletter's, whatever is around it. */
  readonly speaking?: Speaking | undefined
  /** Of the visitor's language. */
  readonly words: Messages
  /** Unset: what stands for the site. */
  readonly picture?: Picture | undefined
  /** Of a page that is a text of that time. */
  readonly publishedAt?: Date | undefined
}

type Picture = { readonly url: string; readonly alt: string; readonly width?: number; readonly height?: number }

export const ownPicturePath = '/og.png'

/** Where a page is in each language, and where for everyone (`x-default`). */
export const inLanguages = (path: string): readonly (readonly [Language | 'x-default', string])[] => [
  ...languages.map((language) => [language, inLanguage(path, language)] as const),
  ['x-default', path],
]

/** What search engines, feed readers and those who quote a page are told of it. */
export function pageHead(config: Config, head: PageHead) {
  const { publicUrl } = config
  const { title, siteName, description, speaking, publishedAt } = head
  const type = publishedAt ? 'article' : 'website'
  const picture = head.picture ?? sitePicture(config, head)
  const url = publicUrl + (speaking?.isNamed ? inLanguage(head.path, speaking.language) : head.path)
  const others = speaking ? inLanguages(head.path) : []
  return html`
<meta name="description" content="${description}"><link rel="canonical" href="${url}">${others.map(([language, path]) => html`<link rel="alternate" hreflang="${language}" href="${publicUrl}${path}">`)}
<link rel="alternate" type="application/atom+xml" title="${siteName}" href="${publicUrl}/archive/feed.xml"><link rel="alternate" type="application/feed+json" title="${siteName}" href="${publicUrl}/archive/feed.json">
<meta property="og:type" content="${type}"><meta property="og:site_name" content="${siteName}"><meta property="og:title" content="${title}"><meta property="og:description" content="${description}"><meta property="og:url" content="${url}"><meta property="og:image" content="${picture.url}"><meta property="og:image:alt" content="${picture.alt}">${picture.width ? html`<meta property="og:image:width" content="${picture.width}"><meta property="og:image:height" content="${picture.height}">` : ''}<meta name="twitter:card" content="summary_large_image">
${publishedAt ? html`<meta property="article:published_time" content="${publishedAt.toISOString()}">` : ''}`
}

/** The publisher's, of which nothing is known but whose it is, or our own. */
function sitePicture({ branding, publicUrl }: Config, { siteName, words }: PageHead): Picture {
  if (branding.socialImageUrl) return { url: branding.socialImageUrl, alt: siteName }
  return { url: `${publicUrl}${ownPicturePath}`, alt: words.site.picture, ...pictureSize }
}
