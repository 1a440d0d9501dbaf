// Whose pages these are, where no newsletter in particular is meant.
import type { Config } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import { perContext } from '../platform/per-context.ts'
import { frontPath } from '../platform/publisher.ts'
import { nameIn } from '../platform/sender.ts'
import { type Newsletter, newslettersByName } from '../subscriptions/newsletters.ts'

export type Site = {
  readonly name: string
  /** Spoken to whoever asks for none of ours. */
  readonly language: string
}

const known = perContext<'site', Site>()

/** The publisher's name where it is set, or as on the front page: the first newsletter's. Up to a minute old. Without a database it is as it was, or the sender's. */
export async function siteOf(context: Context): Promise<Site> {
  try {
    const [first] = (await newslettersByName(context)).toSorted((one, other) => one.id - other.id)
    if (first)
      known(context).set('site', {
        name: context.config.branding.publisherName ?? first.name,
        language: first.language,
      })
  } catch {
    // What was asked for fails by itself, and says so; its page must not.
  }
  return knownSite(context)
}

/** The page on which one subscribes to this newsletter, from the root. */
export async function frontOf(context: Context, { id, slug }: Pick<Newsletter, 'id' | 'slug'>): Promise<string> {
  const isLaterThan = (other: Newsletter) => other.id < id
  return frontPath({ slug, isFirst: !(await newslettersByName(context)).some(isLaterThan) })
}

/** Without asking the database, which may be what is wrong. */
export const knownSite = (context: Context): Site =>
  known(context).get('site') ?? { name: senderName(context.config), language: 'en' }

/** The publisher's, the name in MAIL_FROM, or its domain where there is none. */
function senderName({ branding, mailFrom, contactAddress }: Config): string {
  if (branding.publisherName) return branding.publisherName
  return nameIn(mailFrom) || (contactAddress.split('@').at(-1) ?? contactAddress)
}
