// What the headers of a digest, and of a welcome, tell mail programs: RFC 2369, 2919, 3834 and 8058, and Google's Feedback-ID.
import type { Config } from '../platform/config.ts'
import type { Row } from '../platform/database/schema.ts'
import { mailAddress } from '../platform/mail-address.ts'
import { domainOf, frontPath, listId, subscribeAddress } from '../platform/publisher.ts'

export type ListHeadersOf = {
  /** Complaints are counted by it. */
  readonly stream: 'digest' | 'welcome'
  readonly digest: Pick<Row<'digests'>, 'edition_date' | 'frequency'>
  readonly newsletter: { readonly name: string; readonly slug: string; readonly isFirst: boolean }
  /** The reader's own links. */
  readonly preferences: string
  readonly unsubscribe: string
  readonly unsubscribeMailToken: string
  readonly replyMailToken: string
}

export function listHeaders(config: Config, of: ListHeadersOf): Record<string, string> {
  const { newsletter } = of
  const domain = config.inboundDomain
  const byMail = (address: string | undefined, subject: string) => address && `<mailto:${address}?subject=${subject}>`
  const list = (...uris: (string | undefined)[]) => uris.filter(Boolean).join(', ')
  return {
    'List-Id': listId(config, newsletter),
    'List-Unsubscribe': list(
      domain && byMail(mailAddress('unsubscribe', of.unsubscribeMailToken, domain), 'unsubscribe'),
      `<${of.unsubscribe}>`,
    ),
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', // RFC 8058 §3.1: exactly this
    'List-Help': list(`<${of.preferences}>`, domain && byMail(mailAddress('reply', of.replyMailToken, domain), 'help')),
    'List-Subscribe': list(
      `<${config.publicUrl}${frontPath(newsletter)}>`,
      byMail(subscribeAddress(config, newsletter.slug), 'subscribe'),
    ),
    'List-Owner': `<mailto:${config.contactAddress}>`,
    'List-Post': 'NO',
    'List-Archive': `<${config.publicUrl}/archive?newsletter=${newsletter.slug}>`,
    'Auto-Submitted': 'auto-generated',
    'Feedback-ID': feedbackId(config, of),
  }
}

/**
 * `day:frequency:newsletter:sender`, from the rarest to the most common: https://support.google.com/mail/answer/6254652.
 * Complaints are counted by each, so none says anything of one reader, and none equals another.
 */
function feedbackId(config: Config, { stream, digest, newsletter }: ListHeadersOf): string {
  const day = digest.edition_date.replaceAll('-', '')
  return [day, digest.frequency, `${stream}-${newsletter.slug}`, senderId(config)].join(':')
}

/** Of 5 to 15 characters, the same for as long as the sender's domain is. */
const senderId = (config: Config) =>
  domainOf(config)
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase()
    .slice(0, 15)
    .padEnd(5, '0')
