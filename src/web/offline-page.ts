import { html, raw } from 'hono/html'
import type { Branding, Look } from '../platform/branding.ts'
import { directionOf, type Language, messagesFor } from '../subscriptions/languages.ts'
import { keptIconLink } from './site-icon.ts'
import { fonts } from './styles.ts'

/** All that the page needs is in it, in the publisher's colours and type: without a network there is no style sheet. */
export const offlineStyles = ({ brand, accent, headlines }: Look): string => `
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #1c1b19; --line: #d9d4ca; --brand: ${brand}; --accent: ${accent.light}; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --ink: #f2efe9; --line: #3d3a35; --brand: ${accent.dark}; --accent: ${accent.dark}; --on-accent: #1c1b19; } }
* { box-sizing: border-box; }
body { margin: 0; border-top: 6px solid var(--brand); background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 ${fonts[headlines]}; overflow-wrap: break-word; }
.page { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
header { border-bottom: 3px double var(--line); margin-bottom: 2rem; padding-bottom: .75rem; font-size: 1.5rem; font-weight: bold; letter-spacing: -.01em; }
h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -.015em; margin: 0 0 .75rem; text-wrap: balance; }
[dir=rtl], [dir=rtl] * { letter-spacing: 0 !important; }
p { margin: 0 0 1rem; } .again { margin-top: 1.75rem; }
a { display: inline-block; min-height: 2.75rem; padding: .5rem 1.25rem; font: 600 1rem/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; color: var(--on-accent); background: var(--accent); border: 2px solid var(--accent); border-radius: .375rem; text-decoration: none; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`

/** What the worker shows in place of a page that cannot be fetched. An empty address is that of the page which was wanted. */
export async function offlinePage(siteName: string, branding: Branding, language: Language): Promise<string> {
  const { offline } = messagesFor(language).site
  const page =
    await html`<!doctype html><html lang="${language}" dir="${directionOf(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${offline.title} - ${siteName}</title>${keptIconLink(branding)}<style>${raw(offlineStyles(branding.look))}</style></head>
<body><div class="page"><header><bdi>${siteName}</bdi></header>
<main><h1>${offline.title}</h1>
<p>${offline.what}</p>
<p>${offline.stays}</p>
<p>${offline.form}</p>
<p class="again"><a href="">${offline.again}</a></p>
</main></div></body></html>`
  return String(page)
}
