import type { BounceType, EventType, SuppressionOrigin } from './tables.ts'

/** What happens to a mail that was accepted. */
export type Outcome = {
  /** In the order they happen; the last is the mail's `last_event`. */
  readonly events: readonly EventType[]
  /** Of its bounce, when it has one. */
  readonly bounceType: BounceType | null
  readonly suppressions: readonly { readonly address: string; readonly origin: SuppressionOrigin }[]
}

/** What may happen to a mail to an address that nothing is known about. */
export type OrdinaryOutcome = keyof typeof ordinaryEvents

const ordinaryEvents = {
  delivered: ['delivered'],
  delayed: ['delivery_delayed', 'delivered'],
  opened: ['delivered', 'opened'],
  clicked: ['delivered', 'opened', 'clicked'],
  failed: ['failed'],
  suppressed: ['suppressed'],
  soft_bounce: ['bounced'],
  hard_bounce: ['bounced'],
  complaint: ['delivered', 'complained'],
} as const satisfies Record<string, readonly EventType[]>

const order = [
  'delivery_delayed',
  'delivered',
  'opened',
  'clicked',
  'failed',
  'suppressed',
  'bounced',
  'complained',
] as const satisfies EventType[]

/** The test addresses, each with or without a label: https://resend.com/docs/dashboard/emails/send-test-emails */
const testAddressPattern = /^(bounced|complained|suppressed)(?:\+[^@]*)?@resend\.dev$/
const testOutcomes: Record<string, OrdinaryOutcome> = {
  bounced: 'hard_bounce',
  complained: 'complaint',
  suppressed: 'suppressed',
}

/**
 * Decides from a mail's recipients, and for ordinary addresses from `ordinary`. Nobody is mailed who is suppressed; a test
 * address does what its name says. An address that bounced for good or complained is suppressed from the next mail on, test
 * addresses too: a new label makes a new one.
 */
export function outcomeOf(
  recipients: readonly string[],
  isSuppressed: (address: string) => boolean,
  ordinary: OrdinaryOutcome = 'delivered',
): Outcome {
  const seen = new Set<EventType>()
  const suppressions: { address: string; origin: SuppressionOrigin }[] = []
  let bounceType: BounceType | null = null
  for (const address of recipients) {
    const outcome = isSuppressed(address) ? 'suppressed' : (testOutcome(address) ?? ordinary)
    for (const type of ordinaryEvents[outcome]) seen.add(type)
    if (outcome === 'soft_bounce') bounceType ??= 'Transient'
    if (outcome === 'hard_bounce') {
      bounceType = 'Permanent'
      suppressions.push({ address, origin: 'bounce' })
    }
    if (outcome === 'complaint') suppressions.push({ address, origin: 'complaint' })
  }
  const events = order.filter((type) => seen.has(type))
  const nobodyMailed = events.every((type) => type === 'suppressed' || type === 'failed')
  return { events: nobodyMailed ? events : ['sent', ...events], bounceType, suppressions }
}

function testOutcome(address: string): OrdinaryOutcome | undefined {
  const name = testAddressPattern.exec(address)?.[1]
  return name === undefined ? undefined : testOutcomes[name]
}
