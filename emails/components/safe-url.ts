// A longer address would not fit on a line of mail (998 octets) with its attribute.
const longest = 900

/** The address in normal form if it is one that a reader may be sent to (http, https); otherwise nothing. */
export function safeUrl(url: string | null): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  return (protocol === 'https:' || protocol === 'http:') && href.length <= longest ? href : undefined
}
