import type { EventType, SuppressionOrigin } from './tables.ts'

/** What happens to a mail that was accepted. */
export type Outcome = {
  /** In the order they happen; the last is the mail's `last_event`. */
  readonly events: readonly [EventType, ...EventType[]]
  readonly suppressions: readonly { readonly address: string; readonly origin: SuppressionOrigin }[]
}

/** The test addresses, each with or without a label: https://resend.com/docs/dashboard/emails/send-test-emails */
const testAddressPattern = /^(bounced|complained|suppressed)(?:\+[^@]*)?@resend\.dev$/

/**
 * Decides from a mail's recipients alone. Nobody is mailed who is suppressed; a test address does what its name says;
 * every other address takes delivery. An address that bounced or complained is suppressed from the next mail on, test
 * addresses too: a new label makes a new one.
 */
export function outcomeOf(recipients: readonly string[], isSuppressed: (address: string) => boolean): Outcome {
  const seen = new Set<EventType>()
  const suppressions: { address: string; origin: SuppressionOrigin }[] = []
  for (const address of recipients) {
    const kind = isSuppressed(address) ? 'suppressed' : testAddressPattern.exec(address)?.[1]
    if (kind === 'suppressed') seen.add('suppressed')
    else if (kind === 'bounced') {
      seen.add('bounced')
      suppressions.push({ address, origin: 'bounce' })
    } else if (kind === 'complained') {
      seen.add('delivered').add('complained')
      suppressions.push({ address, origin: 'complaint' })
    } else seen.add('delivered')
  }
  const order = ['delivered', 'suppressed', 'bounced', 'complained'] as const
  const [first = 'delivered', ...rest] = order.filter((type) => seen.has(type))
  const nobodyMailed = first === 'suppressed' && rest.length === 0
  return { events: nobodyMailed ? ['suppressed'] : ['sent', first, ...rest], suppressions }
}
