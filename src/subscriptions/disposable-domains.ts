import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import { PublicError } from '../platform/errors.ts'
import type { Address } from './address.ts'

/** Read when it is first needed: a Worker should not pay for it when it starts. */
let known: ReadonlySet<string> | undefined

/**
 * Throws `invalid_input` for an address at a domain, or below one, that hands out mailboxes for a few minutes: its digests
 * would bounce. The list is https://github.com/disposable-email-domains/disposable-email-domains.
 */
export function refuseDisposable({ email }: Address): void {
  known ??= disposableEmailBlocklistSet()
  const labels = email.slice(email.lastIndexOf('@') + 1).split('.')
  // Every domain has two labels at least.
  for (let first = 0; first < labels.length - 1; first++) {
    if (!known.has(labels.slice(first).join('.'))) continue
    const message =
      'That address is at a service for throw-away mailboxes. Please use one that you keep: digests come for long.'
    throw new PublicError('invalid_input', message, { fields: { email: message } })
  }
}
