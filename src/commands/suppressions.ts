// `newsmatro suppressions`: the addresses that never get mail.
import { type Command, Option } from 'commander'
import { suppressionReasons } from '../delivery/suppress.ts'
import {
  type AddedSuppression,
  addSuppressions,
  listSuppressions,
  removeSuppressions,
  type Suppression,
} from '../delivery/suppressions.ts'
import type { SuppressionReason } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { parseAddress } from '../subscriptions/address.ts'
import { type CommandTools, jsonOption } from './tools.ts'
import { asJson, writeOut } from './write-out.ts'

/** Adds the `suppressions` commands to the program. */
export function addSuppressionsCommands(program: Command, { withRuntime, print, signal }: CommandTools): void {
  const suppressions = program.command('suppressions').description('the addresses that never get mail, and why')

  suppressions
    .command('list')
    .description('the addresses, those added last first: address, reason, and since when')
    .addOption(new Option('--reason <reason>', 'only those with this reason').choices(suppressionReasons))
    .addOption(jsonOption())
    .action((options: { reason?: SuppressionReason; json: boolean }) =>
      withRuntime(({ context }) => {
        const list = listSuppressions(context, options)
        return writeOut(options.json ? asJson(list) : asLines(list), signal)
      }),
    )

  suppressions
    .command('add')
    .argument('<address...>')
    .description('never mail these addresses again, subscribers or not, and take back what is waiting for them')
    .addOption(jsonOption())
    .action(async (addresses: string[], options: { json: boolean }) => {
      const keys = keysOf(addresses)
      await withRuntime(
        async ({ context }) => {
          const result = await addSuppressions(context, keys)
          if (options.json) return print(JSON.stringify(result))
          for (const one of result.added) print(describeAdded(one))
          if (result.canceled > 0) print(`Taken back before it was sent: ${mails(result.canceled)}.`)
        },
        { mayCreate: true },
      )
    })

  suppressions
    .command('remove')
    .argument('<address...>')
    .description(
      'take addresses off the list; this subscribes nobody, what was canceled stays canceled, and soft bounces so far no longer count',
    )
    .addOption(jsonOption())
    .action(async (addresses: string[], options: { json: boolean }) => {
      const keys = keysOf(addresses)
      await withRuntime(async ({ context }) => {
        const removed = await removeSuppressions(context, keys)
        if (options.json) return print(JSON.stringify({ removed }))
        for (const { address, reason } of removed) print(`${address}: off the list (it was ${words(reason)}).`)
        print('Whoever is subscribed gets the next digest; nobody was subscribed by this. What was canceled stays so.')
      })
    })
}

/** All of them, or none. Throws {@link PublicError} that says which one is wrong. */
function keysOf(addresses: readonly string[]): string[] {
  return addresses.map((text, index) => {
    try {
      return parseAddress(text).key
    } catch (error) {
      if (!(error instanceof PublicError) || addresses.length === 1) throw error
      throw new PublicError(
        error.code,
        `Address ${index + 1} of ${addresses.length}, so nothing was changed: ${error.message}`,
      )
    }
  })
}

async function* asLines(list: AsyncIterable<Suppression>): AsyncGenerator<string> {
  for await (const { address, reason, since } of list) yield `${address}  ${reason}  ${since.toISOString()}\n`
}

function describeAdded({ address, was }: AddedSuppression): string {
  if (was === null) return `${address}: on the list.`
  if (was === 'manual') return `${address}: was on the list already, nothing changed.`
  return `${address}: was on the list (${words(was)}), and stays there by your decision.`
}

const words = (reason: SuppressionReason) => reason.replaceAll('_', ' ')
const mails = (count: number) => (count === 1 ? '1 mail' : `${count} mails`)
