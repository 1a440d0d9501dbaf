/** What a mail's HTML may do in the browser: show itself, load images, and open links elsewhere. No script ever runs. */
export const mailContentPolicy = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  'img-src * data:',
  "style-src 'unsafe-inline'",
  'font-src *',
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

const base = '<base target="_blank">'

/**
 * Makes links open in a new tab. The element goes into the head that is there, or in front of everything but a doctype,
 * so that the mail keeps its rendering mode. A mail can defeat it; the policy holds all the same.
 */
export function withLinksInNewTab(html: string): string {
  const place = /<head(?:\s[^>]{0,500})?>/i.exec(html) ?? /^\s*<!doctype[^>]{0,500}>/i.exec(html)
  if (!place) return base + html
  const end = place.index + place[0].length
  return html.slice(0, end) + base + html.slice(end)
}
