// What the provider tells of the mails it accepted, and what all of it together has to lead to, whatever its order.
import type { SuppressionReason } from '../../src/platform/database/schema.ts'
import { eventBody } from '../support/webhooks.ts'
import type { Lift } from './known-addresses.ts'
import type { Random } from './random.ts'
import type { Accepted } from './resend-model.ts'

export type ProviderEvent = {
  readonly svixId: string
  readonly type: string
  readonly occurredAt: number
  readonly isHard: boolean
  readonly mail: Accepted
}

/** What happens to a mail, in order: mostly what one expects, sometimes twice, sometimes what contradicts itself. */
function courseOf(random: Random): string[] {
  const course: string[] = random.chance(0.5) ? ['sent'] : []
  while (random.chance(0.12)) course.push('delivery_delayed')
  const fate = random.weighted({ delivered: 60, hard: 6, soft: 9, failed: 4, suppressed: 3, silent: 18 })
  if (fate !== 'silent') course.push(fate)
  if (fate === 'delivered') {
    while (random.chance(0.3)) course.push(random.pick(['opened', 'clicked']))
    if (random.chance(0.08)) course.push('complained')
  }
  if ((fate === 'hard' || fate === 'soft') && random.chance(0.25)) course.push(random.pick(['hard', 'soft']))
  if (fate === 'soft' && random.chance(0.5)) course.push('delivered')
  if (random.chance(0.08)) course.push(random.pick(['hard', 'soft', 'failed', 'delivered', 'suppressed', fate]))
  return course.filter((type) => type !== 'silent')
}

/** What happens to a mail, and when each event of it arrives, counted from the acceptance; an empty list: never. */
export function eventsOf(mail: Accepted, random: Random): { event: ProviderEvent; arrivals: number[] }[] {
  let occurredAt = mail.at
  return courseOf(random).map((what, index) => {
    occurredAt += random.between(0, 4_000)
    const type = what === 'hard' || what === 'soft' ? 'bounced' : what
    const event = { svixId: `msg_${mail.id}_${index}`, type, occurredAt, isHard: what === 'hard', mail }
    const arrivals = random.chance(0.08)
      ? []
      : [random.pick([0, 100, 1_000, 5_000, 60_000, 600_000, 10_800_000, 90_000_000])]
    if (random.chance(0.2)) arrivals.push(random.pick([2_000, 100_000, 20_000_000]))
    return { event, arrivals: arrivals.map((after) => occurredAt - mail.at + after) }
  })
}

export function bodyOf(event: ProviderEvent): string {
  return eventBody({
    type: event.type,
    at: new Date(event.occurredAt),
    providerId: event.mail.id,
    message: event.mail.message,
    to: event.mail.to,
    ...(event.type === 'bounced'
      ? { data: { bounce: { type: event.isHard ? 'Permanent' : 'Transient', subType: 'General', message: 'no' } } }
      : {}),
    ...(event.type === 'failed' ? { data: { failed: { reason: 'the provider gave up' } } } : {}),
  })
}

export type Outcome = {
  readonly state: 'submitted' | 'failed'
  readonly times: Readonly<Record<string, number | null>>
  readonly bounceKind: 'hard' | 'soft' | null
}

const timed = ['delivered', 'delivery_delayed', 'bounced', 'complained', 'failed', 'suppressed', 'opened', 'clicked']

/** One message's events, in any order. */
export function outcomeOf(events: readonly ProviderEvent[]): Outcome {
  const first = (type: string) => {
    const times = events.filter((event) => event.type === type).map((event) => event.occurredAt)
    return times.length === 0 ? null : Math.min(...times)
  }
  const times = Object.fromEntries(timed.map((type) => [type, first(type)]))
  const bounces = events.filter((event) => event.type === 'bounced')
  return {
    state: times.failed !== null && times.delivered === null ? 'failed' : 'submitted',
    times,
    bounceKind: bounces.length === 0 ? null : bounces.some((event) => event.isHard) ? 'hard' : 'soft',
  }
}

const softBouncesInARow = 5
const softBounceMs = 14 * 86_400_000

/** Whether all events of one address make it one never to mail, and why; which of them a lift has made void. */
export function suppressionOf(
  events: readonly ProviderEvent[],
  lift: Lift = { events: [], at: Number.NEGATIVE_INFINITY },
): SuppressionReason | null {
  const has = (type: string, test: (event: ProviderEvent) => boolean = () => true) =>
    events.some((event) => event.type === type && test(event) && !lift.events.includes(event))
  if (has('complained')) return 'complaint'
  if (has('bounced', (event) => event.isHard)) return 'hard_bounce'
  if (has('suppressed')) return 'provider'
  const messages = Map.groupBy(events, (event) => event.mail.message)
  const outcomes = [...messages.values()].map(outcomeOf)
  const delivered = Math.max(...outcomes.map(({ times }) => times.delivered ?? Number.NEGATIVE_INFINITY))
  const soft = outcomes
    .filter(({ bounceKind }) => bounceKind === 'soft')
    .map(({ times }) => times.bounced ?? 0)
    .filter((time) => time > delivered && time > lift.at)
    .sort((one, other) => one - other)
  const isFull = soft.some((time, index) => {
    const start = soft[index - (softBouncesInARow - 1)]
    return start !== undefined && time <= start + softBounceMs
  })
  return isFull ? 'soft_bounces' : null
}
