// Who moves to another address, and what operators do about addresses.
import { addSuppressions, removeSuppressions } from '../../src/delivery/suppressions.ts'
import { requestAddressChange, stopAddressChange } from '../../src/subscriptions/change-address.ts'
import { confirmAddressChange } from '../../src/subscriptions/confirm-address.ts'
import { act, evidence } from './act.ts'
import { Violation } from './history.ts'
import type { Reader } from './reader.ts'
import type { World } from './world.ts'

/** Asks for another address: a new one, one that they had before, or that of another reader. */
export async function move(world: World, reader: Reader): Promise<void> {
  const { random, books } = world
  const { subscriptionId } = reader
  if (subscriptionId === undefined) return
  const which = random.weighted({ new: 6, former: 2, taken: 1 })
  const email =
    which === 'new'
      ? `${world.newName('moved')}@reader.example`
      : random.pick(which === 'former' ? [reader] : [...books.readers]).anyAddress(random)
  await act(
    world,
    `${reader.email} asks to move to ${email}`,
    (context) => requestAddressChange(context, subscriptionId, email, evidence),
    async () => {
      const [row] = await world.session.read<{ id: number }>(
        'select max(c.id) as id from address_changes c join subscriptions s on s.subscriber_id = c.subscriber_id where s.id = $1',
        [subscriptionId],
      )
      books.changes.stop(reader)
      books.changes.open(row?.id ?? 0, reader, email)
    },
  )
}

/** Presses the button behind a link that a new address got. */
export async function confirmMove(world: World): Promise<void> {
  const { books, random } = world
  const mails = books.mailsOf('address_change')
  if (mails.length === 0) return
  const mail = random.chance(0.7) ? mails.at(-1) : random.pick(mails)
  const token = /\/address\/([A-Za-z0-9_-]{43})/.exec(mail?.text ?? '')?.[1]
  if (mail === undefined || token === undefined)
    throw new Violation('7 consent', 'the mail to a new address has no link')
  const change = books.changeOf(mail.message)
  await act(
    world,
    `${mail.to} says that it is the reader's`,
    (context) => confirmAddressChange(context, token, evidence),
    () => books.changes.make(change),
  )
}

/** Presses the button behind the link that the present address got. */
export async function stopMove(world: World, reader: Reader): Promise<void> {
  const { subscriptionId } = reader
  if (subscriptionId === undefined) return
  await act(
    world,
    `${reader.email} stays`,
    (context) => stopAddressChange(context, subscriptionId, evidence),
    () => {
      if (world.books.changes.stop(reader)) reader.counts.address_change_stopped += 1
    },
  )
}

/** An operator puts an address of theirs on the list, mostly the present one. */
export async function suppressOne(world: World, reader: Reader): Promise<void> {
  const { random, books } = world
  const address = random.chance(0.7) ? reader.email : reader.anyAddress(random)
  await act(
    world,
    `an operator suppresses ${address}`,
    (context) => addSuppressions(context, [address.toLowerCase()]),
    () => books.addresses.suppress(address),
  )
}

/** An operator takes an address off the list, for whatever reason it is there. */
export async function lift(world: World): Promise<void> {
  const { books, random } = world
  const present = [...books.readers].map(({ email }) => email).filter((email) => books.suppression(email) !== null)
  if (present.length === 0) return
  const address = random.pick(present)
  await act(
    world,
    `an operator takes ${address} off the list`,
    (context) => removeSuppressions(context, [address.toLowerCase()]),
    () => books.addresses.lift(address, { events: [...books.events], at: world.databaseNow }),
  )
}
