// What the provider's events have to have led to.
import { Violation } from './history.ts'
import type { Message } from './invariants.ts'
import { outcomeOf } from './provider-events.ts'
import type { World } from './world.ts'

const columns: Readonly<Record<string, string>> = {
  delivered: 'delivered_at',
  delivery_delayed: 'delayed_at',
  bounced: 'bounced_at',
  complained: 'complained_at',
  failed: 'failed_at',
  suppressed: 'suppressed_at',
  opened: 'opened_at',
  clicked: 'clicked_at',
}

/** The state of each message is that of its events, each once, in whatever order they came. */
export async function eventsLedToTheSame(world: World, messages: readonly Message[]): Promise<void> {
  const events = Map.groupBy(world.books.events, (event) => event.mail.message)
  for (const message of messages) {
    const outcome = outcomeOf(events.get(message.id) ?? [])
    const expected = { ...outcome.times, kind: outcome.bounceKind }
    const actual = {
      ...Object.fromEntries(
        Object.entries(columns).map(([type, column]) => [type, (message[column] as Date | null)?.getTime() ?? null]),
      ),
      kind: message.bounce_kind,
    }
    const isSame = Object.entries(expected).every(([name, value]) => actual[name as keyof typeof actual] === value)
    if (!isSame) {
      throw new Violation(
        '9 webhooks in any order',
        `message ${message.id} has ${JSON.stringify(actual)}, its events say ${JSON.stringify(expected)}`,
      )
    }
    if (events.has(message.id) && message.state !== outcome.state) {
      throw new Violation(
        '9 webhooks in any order',
        `message ${message.id} is ${message.state}, its events say ${outcome.state}`,
      )
    }
  }
  const rows = await world.session.read<{ email_key: string; reason: string }>(
    'select email_key, reason from suppressions',
  )
  const suppressed = new Map(rows.map(({ email_key, reason }) => [email_key, reason]))
  const { readers, changes } = world.books
  const addresses = new Set([
    ...[...readers].flatMap((reader) => reader.addresses.map(({ email }) => email)),
    ...[...changes.all.values()].map(({ email }) => email),
  ])
  for (const address of addresses) {
    const expected = world.books.suppression(address)
    const actual = suppressed.get(address) ?? null
    if (actual !== expected) {
      throw new Violation(
        '9 webhooks in any order',
        `${address} is suppressed for ${actual}, its events and operators say ${expected}`,
      )
    }
  }
}
