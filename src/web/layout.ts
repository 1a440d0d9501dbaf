import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { HtmlEscapedString } from 'hono/utils/html'
import { remembered } from '../platform/remembered.ts'
import { directionOf, type Language, messagesFor } from '../subscriptions/languages.ts'

const rightToLeft = raw(' dir="rtl"')

export type LayoutProps = {
  readonly title: string
  readonly language: Language
  readonly newsletterName: string
  readonly postalAddress: string
  /** What else stands in the head: for a page that others may find and quote. */
  readonly head?: HtmlEscapedString | Promise<HtmlEscapedString> | undefined
  readonly children: Child
}

/** What all pages share. Text with holes (escaped): as elements it took a fifth of a page's time. */
export function layout({ title, language, newsletterName, postalAddress, head, children }: LayoutProps) {
  const key = JSON.stringify([language, newsletterName, postalAddress])
  const frame = remembered(frames, key, () => frameOf(language, newsletterName, postalAddress))
  return html`${frame.top}${title}${frame.named}${head ?? ''}${frame.body}${children}${frame.end}`
}

type Frame = Readonly<Record<'top' | 'named' | 'body' | 'end', HtmlEscapedString>>

const frames = new Map<string, Frame>()

/** What stands around title and content, in pieces: the same on all pages of a newsletter in a language. */
function frameOf(language: Language, newsletterName: string, postalAddress: string): Frame {
  const { page } = messagesFor(language)
  const made = (text: ReturnType<typeof html>) => raw(String(text))
  return {
    top: made(html`<!doctype html><html lang="${language}"${directionOf(language) === 'rtl' && rightToLeft}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>`),
    named: made(html` - ${newsletterName}</title>
<link rel="stylesheet" href="/app.css"><link rel="icon" href="data:,">`),
    body: made(html`</head>
<body><div class="page">
<header class="site"><a href="/">${newsletterName}</a></header>
<main>`),
    end: made(html`</main>
<footer class="site"><p><a href="/archive">${page.archive}</a> <a href="/archive/feed.xml">${page.feed}</a> <a href="/privacy">${page.privacy}</a></p><p>${postalAddress}</p></footer>
</div><script src="/app.js" defer></script></body></html>`),
  }
}
