// `newsmatro feeds`: where articles come from.
import type { Command } from 'commander'
import { addFeed, listFeeds } from '../articles/feeds.ts'
import { pollFeeds } from '../articles/poll-feeds.ts'
import { describeCounts } from './describe-counts.ts'
import { type CommandTools, jsonOption } from './tools.ts'

/** Adds the `feeds` commands to the program. */
export function addFeedsCommands(program: Command, { withRuntime, print, signal }: CommandTools): void {
  const feeds = program.command('feeds').description('where articles come from')

  feeds
    .command('add')
    .argument('<url>')
    .description('add a feed: RSS, Atom or JSON Feed')
    .option('--newsletter <slug>', 'the newsletter it belongs to')
    .addOption(jsonOption())
    .action((url: string, options: { newsletter?: string; json: boolean }) =>
      withRuntime(
        async ({ context }) => {
          const feed = await addFeed(context, {
            url,
            ...(options.newsletter ? { newsletterSlug: options.newsletter } : {}),
          })
          print(options.json ? JSON.stringify(feed) : `Feed ${feed.id}: ${feed.url}`)
        },
        { mayCreate: true },
      ),
    )

  feeds
    .command('list')
    .description('the feeds, when each was last read, and what went wrong')
    .addOption(jsonOption())
    .action((options: { json: boolean }) =>
      withRuntime(async ({ context }) => {
        const list = await listFeeds(context)
        if (options.json) return print(JSON.stringify(list))
        if (list.length === 0) print('No feeds yet: add one with: newsmatro feeds add <url>')
        for (const feed of list) {
          const state = feed.last_error
            ? `failing: ${feed.last_error}`
            : (feed.last_succeeded_at?.toISOString() ?? 'not read yet')
          print(`${feed.id}  ${feed.url}  ${state}`)
        }
      }),
    )

  feeds
    .command('poll')
    .description('read all feeds now, whether or not their time has come')
    .addOption(jsonOption())
    .action((options: { json: boolean }) =>
      withRuntime(async ({ context }) => {
        const { results, ...counts } = await pollFeeds(context, { signal })
        print(options.json ? JSON.stringify({ ...counts, results }) : describeCounts(counts))
        if (!options.json) for (const { feedId, error } of results) if (error) print(`Feed ${feedId}: ${error}`)
        if (counts.failed > 0) process.exitCode = 1
      }),
    )
}
