import type { Config } from './config.ts'

/** Who a mail is from, as its footer says (CAN-SPAM 15 U.S.C. 7704(a)(5), CASL s. 6(2)). */
export function publisherOf(config: Config, newsletterName: string) {
  const { publisherName, links, look } = config.branding
  return {
    name: publisherName ?? newsletterName,
    postalAddress: config.postalAddress,
    contactAddress: config.contactAddress,
    siteUrl: siteUrlOf(config),
    links,
    look,
  }
}

/** Where all stories are. */
export const siteUrlOf = ({ branding, publicUrl }: Config): string => branding.siteUrl ?? `${publicUrl}/`

/** `List-Id` (RFC 2919): stable, in a domain that is the sender's own. */
export function listId(config: Config, newsletter: { readonly slug: string; readonly name: string }): string {
  const label = newsletter.name.replace(/[^A-Za-z0-9 ]/g, '').trim() || newsletter.slug
  return `${label} <${newsletter.slug}.list-id.${domainOf(config)}>`
}

/** The sender's. */
export const domainOf = (config: Config): string => config.senderAddress.split('@').at(-1) ?? 'localhost'

/** The page on which one subscribes to a newsletter, from the root: for the one that was added first, the front page as it is. */
export const frontPath = ({ slug, isFirst }: { readonly slug: string; readonly isFirst: boolean }): string =>
  isFirst ? '/' : `/?newsletter=${slug}`

const longestLocalPart = 64

/** Where a mail asks for this newsletter; undefined where no mail is received, or the name is too long for an address. */
export function subscribeAddress({ inboundDomain }: Config, slug: string): string | undefined {
  const local = `subscribe+${slug}`
  return inboundDomain === undefined || local.length > longestLocalPart ? undefined : `${local}@${inboundDomain}`
}
