// The provider's own calls.
import { parseWebhookEvent } from '../../src/delivery/webhook-event.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { act } from './act.ts'
import { InjectedError } from './database.ts'
import { Violation } from './history.ts'
import { bodyOf, type ProviderEvent } from './provider-events.ts'
import type { World } from './world.ts'

/** The provider posts an event; as long as it is not answered, it comes again. */
export async function deliverEvent(world: World, event: ProviderEvent): Promise<void> {
  const { books, undelivered } = world
  await act(
    world,
    `the provider says ${event.type}${event.type === 'bounced' ? ` (${event.isHard ? 'hard' : 'soft'})` : ''} of message ${event.mail.message} to ${event.mail.to}`,
    async (context, actor) => {
      const parsed = parseWebhookEvent(new TextEncoder().encode(bodyOf(event)))
      if (!parsed) throw new Error('the simulation made an event that is none')
      // Not answered yet, the event comes again, whatever became of it.
      actor.onDeath.push(() => world.later(5_000, () => deliverEvent(world, event)))
      try {
        const result = await receiveWebhook(context, event.svixId, parsed)
        if (result === 'unknown_message' || result === 'unknown_type') {
          throw new Violation('9 webhooks in any order', `${event.type} of ${event.mail.message} is of an ${result}`)
        }
        undelivered.delete(event)
      } catch (error) {
        if (!(error instanceof InjectedError)) throw error
        world.later(5_000, () => deliverEvent(world, event))
      }
    },
    () => books.noteEvent(event),
  )
}
