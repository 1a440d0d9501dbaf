import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { HtmlEscapedString } from 'hono/utils/html'

export type LayoutProps = {
  readonly title: string
  readonly newsletterName: string
  readonly postalAddress: string
  /** What else stands in the head: for a page that others may find and quote. */
  readonly head?: HtmlEscapedString | Promise<HtmlEscapedString> | undefined
  readonly children: Child
}

/** What all pages share. Text with holes (escaped): as elements it took a fifth of a page's time. */
export function layout({ title, newsletterName, postalAddress, head, children }: LayoutProps) {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title} - ${newsletterName}</title>
<link rel="stylesheet" href="/app.css"><link rel="icon" href="data:,">${head ?? ''}</head>
<body><div class="page">
<header class="site"><a href="/">${newsletterName}</a></header>
<main>${children}</main>
<footer class="site"><p><a href="/archive">Archive</a> <a href="/archive/feed.xml">Feed</a> <a href="/privacy">Privacy</a></p><p>${postalAddress}</p></footer>
</div><script src="/app.js" defer></script></body></html>`
}
