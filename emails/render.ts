// Not through @react-email/components, which passes it on: wrangler's bundler then never runs its module.
import { render } from '@react-email/render'
import type { ReactElement } from 'react'
import { foldLines } from './components/fold-lines.ts'

export type RenderedMail = { html: string; text: string }

/** Renders a mail. The same element and text always give the same bytes, and no line is over 998 octets (RFC 5322). */
export async function renderMail(element: ReactElement, text: string): Promise<RenderedMail> {
  const html = await render(element)
  return { html: foldLines(withoutLeftovers(html)), text: text.replace(/\r\n?/g, '\n') }
}

// React streams for browsers: it marks text nodes and boundaries, and tells the page to fetch pictures early. The
// components mark their columns for their editor. Escaped as they are, texts never look like any of this.
function withoutLeftovers(html: string): string {
  return html
    .replace(/<!--[^>]*-->/g, '')
    .replace(/<link rel="preload" as="image"[^>]*>| data-id="__react-email-column"/g, '')
}
