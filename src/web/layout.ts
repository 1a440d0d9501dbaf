import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Branding } from '../platform/branding.ts'
import { remembered } from '../platform/remembered.ts'
import { directionOf, type Language, messagesFor } from '../subscriptions/languages.ts'
import { inLanguage } from './asked-language.ts'
import { iconLink } from './site-icon.ts'

const rightToLeft = raw(' dir="rtl"')
/** As in the style sheet: what is bright in the light would glare. */
const darkPaper = '#171614'

export type LayoutProps = {
  readonly title: string
  readonly language: Language
  readonly newsletterName: string
  readonly postalAddress: string
  readonly branding: Branding
  /** Where the masthead leads, from the root. Unset: the front page. */
  readonly front?: string | undefined
  /** Links keep the language. */
  readonly isNamed?: boolean | undefined
  /** For a page that can be had in others. */
  readonly languageChoice?: HtmlEscapedString | Promise<HtmlEscapedString> | undefined
  /** What else stands in the head: for a page that others may find and quote. */
  readonly head?: HtmlEscapedString | Promise<HtmlEscapedString> | undefined
  readonly children: Child
}

type Shared = Pick<LayoutProps, 'language' | 'newsletterName' | 'postalAddress' | 'branding' | 'front' | 'isNamed'>

/** What all pages share. Text with holes (escaped): as elements it took a fifth of a page's time. */
export function layout({ title, head, children, languageChoice, ...props }: LayoutProps) {
  const { language, newsletterName, postalAddress, branding, front, isNamed } = props
  const branded = frames.get(branding) ?? new Map<string, Frame>()
  frames.set(branding, branded)
  const key = JSON.stringify([language, newsletterName, postalAddress, front, isNamed])
  const frame = remembered(branded, key, () => frameOf(props))
  return html`${frame.top}${title}${frame.named}${head ?? ''}${frame.body}${children}${frame.foot}${languageChoice ?? ''}${frame.end}`
}

type Frame = Readonly<Record<'top' | 'named' | 'body' | 'foot' | 'end', HtmlEscapedString>>

const frames = new WeakMap<Branding, Map<string, Frame>>()

/** What stands around title and content, in pieces: the same on all pages of a newsletter in a language. */
function frameOf({ language, newsletterName, postalAddress, branding, front = '/', isNamed }: Shared): Frame {
  const { page, site } = messagesFor(language)
  const to = (path: string) => (isNamed ? inLanguage(path, language) : path)
  const made = (text: ReturnType<typeof html>) => raw(String(text))
  const links = branding.links.map(({ label, url }) => html` <a href="${url}">${label}</a>`)
  return {
    top: made(html`<!doctype html><html lang="${language}"${directionOf(language) === 'rtl' && rightToLeft}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="theme-color" content="${branding.look.brand}" media="(prefers-color-scheme: light)"><meta name="theme-color" content="${darkPaper}" media="(prefers-color-scheme: dark)"><title>`),
    named: made(html` - ${newsletterName}</title>
<link rel="stylesheet" href="/app.css">${iconLink(branding)}`),
    body: made(html`</head>
<body><div class="page">
<header class="site"><a href="${to(front)}" dir="auto">${masthead(newsletterName, branding)}</a></header>
<main>`),
    foot: made(html`</main>
<footer class="site"><p><a href="${to('/archive')}">${page.archive}</a> <a href="/archive/feed.xml">${page.feed}</a> <a href="${to('/privacy')}">${page.privacy}</a>${links}</p>`),
    end: made(html`<p><bdi>${postalAddress}</bdi></p></footer>
</div><script src="/app.js" defer data-unsent="${site.offline.unsent}"></script></body></html>`),
  }
}

/** The logo, and the newsletter's name where the publisher has another, as in the mails. */
function masthead(newsletterName: string, { publisherName = newsletterName, look }: Branding) {
  const { logo } = look
  if (!logo) return newsletterName
  const { url, darkUrl, width, height } = logo
  const plate = darkUrl ? '' : raw(' class="on-plate"')
  const image = html`<img src="${url}" alt="${publisherName}" width="${width}" height="${height}"${plate}>`
  const picture = darkUrl
    ? html`<picture><source srcset="${darkUrl}" media="(prefers-color-scheme: dark)">${image}</picture>`
    : image
  return publisherName === newsletterName ? picture : html`${picture}${newsletterName}`
}
