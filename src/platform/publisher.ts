import type { Config } from './config.ts'

/** Who a mail is from, as its footer says (CAN-SPAM 15 U.S.C. 7704(a)(5), CASL s. 6(2)). */
export function publisherOf(config: Config, name: string) {
  return {
    name,
    postalAddress: config.postalAddress,
    contactAddress: config.contactAddress,
    siteUrl: `${config.publicUrl}/`,
  }
}

/** `List-Id` (RFC 2919): stable, in a domain that is the sender's own. */
export function listId(config: Config, newsletter: { readonly slug: string; readonly name: string }): string {
  const domain = config.contactAddress.split('@').at(-1) ?? 'localhost'
  const label = newsletter.name.replace(/[^A-Za-z0-9 ]/g, '').trim() || newsletter.slug
  return `${label} <${newsletter.slug}.list-id.${domain}>`
}
