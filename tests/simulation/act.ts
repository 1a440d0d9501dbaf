// One act: a request to a process of its own, in the middle of whatever the workers are doing, that can be cut off like them.
import type { Context } from '../../src/platform/context.ts'
import { PublicError } from '../../src/platform/errors.ts'
import { InjectedError } from './database.ts'
import type { Actor } from './scheduler.ts'
import type { World } from './world.ts'

export const evidence = { source: 'form', ip: '192.0.2.1', userAgent: 'a browser' } as const

/** Runs an act in a process of its own. What the act may be refused with is no failure. */
export async function act(
  world: World,
  what: string,
  body: (context: Context, actor: Actor) => Promise<unknown>,
  committed: (actor: Actor) => Promise<void> | void = () => {},
): Promise<void> {
  await world.scheduler.spawn(world.newName('web'), (actor) => {
    const context = world.contextOf(actor)
    world.history.note(actor.name, what)
    world.books.awaits(actor, async () => {
      world.history.note(actor.name, 'has committed')
      await committed(actor)
    })
    return async () => {
      try {
        await body(context, actor)
      } catch (error) {
        if (error instanceof PublicError) return world.history.note(actor.name, `is refused: ${error.message}`)
        if (!(error instanceof InjectedError)) throw error
      }
    }
  })
}
