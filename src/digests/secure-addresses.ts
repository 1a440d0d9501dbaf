// Feeds that have moved to https go on naming addresses without it: in old articles, in templates, in the settings of a system.

type Addresses = { readonly url: string | null; readonly imageUrl: string | null }

/**
 * A story's addresses, over https where that is known to work. Its page, where its site has the feed itself at https; else
 * it stays as the feed has it, because a link that fails is worse than one without TLS. Its picture, where the page or the feed
 * is at https: a browser that shows the page asks for it like that, too. Others are left out by the template.
 */
export function securedAddresses({ url, imageUrl }: Addresses, feedUrl: string): Addresses {
  const feedSite = siteOf(feedUrl)
  const isSecure = feedUrl.startsWith('https:')
  const link = isSecure && siteOf(url) === feedSite ? overTls(url) : url
  return { url: link, imageUrl: isSecure || link?.startsWith('https:') ? overTls(imageUrl) : imageUrl }
}

const siteOf = (address: string | null) =>
  address !== null && URL.canParse(address) ? new URL(address).hostname.replace(/^www\./, '') : undefined

/** A port that is named is one of something else than https. */
function overTls(address: string | null): string | null {
  if (!address?.startsWith('http:') || !URL.canParse(address)) return address
  const url = new URL(address)
  if (url.port === '') url.protocol = 'https:'
  return url.href
}
