const maximumUrlLength = 4000

/** Query parameters that say how a reader came, not which page it is. */
const tracking =
  /^(utm_[^=]*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|oly_anon_id|oly_enc_id|vero_id|at_medium|at_campaign)$/i

/**
 * The absolute http(s) address that a feed means, without user name and password; null if it means none. Each base is
 * resolved against the one after it, so they go from the inside (an item's `xml:base`) out (the feed's own address).
 */
export function resolveUrl(written: string | null | undefined, ...bases: (string | null | undefined)[]): string | null {
  const text = written?.trim()
  if (!text) return null
  let base: string | undefined
  for (const each of bases.toReversed()) {
    const outer: string | undefined = base
    if (each && URL.canParse(each.trim(), outer)) base = new URL(each.trim(), outer).href
  }
  if (!URL.canParse(text, base)) return null
  const url = new URL(text, base)
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') return null
  url.username = ''
  url.password = ''
  return url.href.length <= maximumUrlLength ? url.href : null
}

/**
 * What two addresses of the same story have in common: host in lower case and punycode, no fragment, no default port, no
 * tracking parameters, https for http. Other parameters stay as they are. Null for a site's front page, which cannot tell
 * stories apart. Takes what {@link resolveUrl} returns.
 */
export function urlKeyOf(url: string): string | null {
  const key = new URL(url)
  key.hash = ''
  if (key.protocol === 'http:') key.protocol = 'https:'
  const kept = key.search
    .slice(1)
    .split('&')
    .filter((parameter) => parameter !== '' && !tracking.test(parameter.split('=', 1)[0] ?? ''))
  key.search = kept.length > 0 ? `?${kept.join('&')}` : '' // the setter drops one leading question mark
  return key.pathname === '/' && key.search === '' ? null : key.href
}
