import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Branding, Look } from '../platform/branding.ts'
import type { Context } from '../platform/context.ts'
import { sha256 } from '../platform/encoding.ts'
import { answer } from './answer-headers.ts'

const path = '/icon.svg'

const styleOf = ({ accent }: Look) =>
  `@media (prefers-color-scheme: dark) { .ground { fill: ${accent.dark} } .ink { fill: #1c1b19 } }`

/** A newspaper page on the publisher's colour. Where its style is not let in, it is that of light mode. */
const drawing = (look: Look) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>${styleOf(look)}</style><rect class="ground" width="32" height="32" rx="6" fill="${look.accent.light}"/><path class="ink" d="M7 6h18v5H7zM7 14h8v12H7zM18 14h7v3h-7zM18 18.5h7v3h-7zM18 23h7v3h-7z" fill="#fff"/></svg>`

/** What a browser shows in a page's tab: the publisher's icon, or our own. */
export const iconLink = ({ iconUrl }: Branding) => html`<link rel="icon" href="${iconUrl ?? path}">`

/** The same for a page that is shown without a network: our own is in it, the publisher's may be known to the browser. */
export const keptIconLink = ({ iconUrl, look }: Branding) =>
  html`<link rel="icon" href="${iconUrl ?? `data:image/svg+xml,${encodeURIComponent(drawing(look))}`}">`

export function iconRoute({ config }: Context): Hono {
  const { look } = config.branding
  const app = new Hono()
  app.get(path, async (c) => {
    const style = btoa(String.fromCharCode(...(await sha256(styleOf(look)))))
    return answer(c, drawing(look), 200, {
      'content-type': 'image/svg+xml',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${style}'; frame-ancestors 'none'`,
      'cache-control': 'public, max-age=86400',
    })
  })
  return app
}
