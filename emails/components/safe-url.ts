import { octetsInHtml } from './html-octets.ts'

// A longer address would not fit on a line of mail (998 octets) with its attribute, where an ampersand takes five octets.
const longest = 900

/** The address in normal form if it is one that a reader may be sent to (http, https); otherwise nothing. */
export function safeUrl(url: string | null): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  return (protocol === 'https:' || protocol === 'http:') && octetsInHtml(href) <= longest ? href : undefined
}

/**
 * The address of a picture. Mail asks for it over https: nobody on the way sees or changes what is shown. Only what this very
 * machine serves for a trial may come without.
 */
export function pictureUrl(url: string | null): string | undefined {
  const safe = safeUrl(url)
  return safe && (safe.startsWith('https:') || isOnThisMachine(new URL(safe).hostname)) ? safe : undefined
}

const isOnThisMachine = (hostname: string) => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
