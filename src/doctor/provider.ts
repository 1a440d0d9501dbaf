// The provider's key, the sender's domain, what is tracked and whether received mail can be read, by one read-only question.
import type { DomainsAnswer, SenderDomain } from '../delivery/list-domains.ts'
import { mask } from '../platform/log.ts'
import { type Finding, notChecked, ok, problem, warning } from './check.ts'
import { counted } from './words.ts'

/** A key that may only send answers so to everything else (https://resend.com/docs/api-reference/errors). */
const sendingOnly = { status: 401, name: 'restricted_api_key' }

const isSendingOnly = ({ outcome }: DomainsAnswer): boolean =>
  outcome.kind === 'failed' && outcome.status === sendingOnly.status && outcome.name === sendingOnly.name

/** Whether the provider takes the key. By status first: the names of errors come and go. */
export function judgeKey(answer: DomainsAnswer): Finding {
  const { outcome } = answer
  if (outcome.kind === 'listed') return ok('the provider takes it')
  if (isSendingOnly(answer)) return ok('the provider takes it, for sending alone')
  if (outcome.kind === 'nonsense') return notChecked('what answers does not list domains as Resend does')
  const { status } = outcome
  const said = `${status} ${outcome.name}: ${mask(outcome.message).slice(0, 300)}`
  if (status === null) {
    return problem(
      'the provider gives no answer that can be read',
      'See whether this machine reaches it, whether RESEND_BASE_URL is the address of its API (unset: https://api.resend.com), and https://resend-status.com.',
    )
  }
  if (status === 429)
    return notChecked('the provider takes no more requests for now (429)', 'Run doctor again in a moment.')
  if (status === 404 || status === 405) return notChecked(`what answers does not list domains (${status})`)
  if (status >= 500 || status === 408) {
    return problem(
      `the provider fails: ${said}`,
      'Mails are asked about again by themselves. See https://resend-status.com.',
    )
  }
  return problem(
    `the provider refuses it: ${said}`,
    'Set RESEND_API_KEY to a key that is active at resend.com/api-keys.',
  )
}

/** Whether mail that readers write can be read: a webhook tells of it, and the key has to fetch what it says. */
export function judgeReceiving(answer: DomainsAnswer, inboundDomain: string): Finding {
  if (isSendingOnly(answer)) {
    return problem(
      `the key may only send, so what readers write to ${inboundDomain} cannot be read`,
      'Make a key with full access at resend.com/api-keys, or unset INBOUND_DOMAIN.',
    )
  }
  if (answer.outcome.kind !== 'listed') return notChecked('the provider did not list its domains')
  return ok(`the key may read what is written to ${inboundDomain}`)
}

/** Whether mail may be sent from the domain. It has to be listed itself: a verified parent does not do. */
export function judgeDomain(answer: DomainsAnswer, domain: string): Finding {
  const { outcome } = answer
  if (isSendingOnly(answer)) {
    return notChecked(
      'the key may only send, so its domains cannot be looked at',
      'See at resend.com/domains, or run doctor with a key that has full access.',
    )
  }
  if (outcome.kind !== 'listed') return notChecked('the provider did not list its domains')
  const [own] = outcome.domains.filter(({ name }) => name === domain)
  if (own) return judgeStatus(own)
  const parent = outcome.domains.find(({ name }) => domain.endsWith(`.${name}`))
  return problem(
    `${domain} is none of the ${counted(outcome.domains.length, 'domain')} of this account${parent ? `; ${parent.name} is, but does not cover it` : ''}`,
    'Add and verify it at resend.com/domains, or change MAIL_FROM to a domain that is verified.',
  )
}

/** Whether the provider writes into the mails what the pages say is not there. */
export function judgeTracking(answer: DomainsAnswer, domain: string): Finding {
  const { outcome } = answer
  const own = outcome.kind === 'listed' ? outcome.domains.find(({ name }) => name === domain) : undefined
  if (!own) {
    const look = `See at resend.com/domains that ${domain} tracks neither: the pages say so.`
    return notChecked('the provider does not say whether it tracks openings and clicks', look)
  }
  const tracked = [own.tracks.openings && 'openings', own.tracks.clicks && 'clicks'].filter((one) => one !== false)
  if (tracked.length === 0) return ok(`neither openings nor clicks, says the provider of ${domain}`)
  return problem(
    `the provider tracks ${tracked.join(' and ')} of mail from ${domain}, and the pages say that it does not`,
    'Switch it off for the domain at resend.com/domains: a pixel and detours behind links are put into the mails, and readers are promised that there are none.',
  )
}

/** https://resend.com/docs/dashboard/domains/introduction */
function judgeStatus({ name, status }: SenderDomain): Finding {
  if (status === 'verified') return ok(`${name} is verified`)
  const found = `${name} is ${status.replaceAll('_', ' ')}`
  if (['not_started', 'pending', 'failed'].includes(status)) {
    return problem(found, 'Mail from it is refused: put its DNS records in place and verify it at resend.com/domains.')
  }
  return warning(
    found,
    'See which of its DNS records is missing at resend.com/domains, before mail from it is refused.',
  )
}
