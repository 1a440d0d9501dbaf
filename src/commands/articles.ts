// `newsmatro articles`: what a publisher decides about them.
import type { Command } from 'commander'
import {
  embargoArticle,
  hideArticle,
  type ListedArticle,
  listArticles,
  pinArticle,
  showArticle,
  unpinArticle,
} from '../articles/newsroom.ts'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { instant, wholeNumber } from './option-values.ts'
import { type CommandTools, jsonOption } from './tools.ts'

/** Adds the `articles` commands to the program. */
export function addArticlesCommands(program: Command, { withRuntime, print }: CommandTools): void {
  const articles = program.command('articles').description('the articles, and what you decide about them')

  articles
    .command('list')
    .description('the articles seen last, with what was decided about them')
    .option('--newsletter <slug>', 'of this newsletter only')
    .option('--decided', 'only those pinned, hidden or under an embargo', false)
    .option('--limit <number>', 'how many', wholeNumber(1, 1_000), 20)
    .addOption(jsonOption())
    .action((options: { newsletter?: string; decided: boolean; limit: number; json: boolean }) =>
      withRuntime(async ({ context }) => {
        const list = await listArticles(context, { ...options, newsletterSlug: options.newsletter })
        if (options.json) return print(JSON.stringify(list))
        if (list.length === 0) print(options.decided ? 'Nothing was decided about any.' : 'No articles yet.')
        for (const article of list) print(describe(article, context.clock.now()))
      }),
    )

  const verb = (name: string, description: string) =>
    articles
      .command(name)
      .argument('<article>', 'its number, or its address')
      .description(description)
      .addOption(jsonOption())
  const decide = (decision: (context: Context) => Promise<ListedArticle>, { json }: { json: boolean }) =>
    withRuntime(async ({ context }) => {
      const article = await decision(context)
      print(json ? JSON.stringify(article) : describe(article, context.clock.now()))
    })

  const decisions = [
    ['pin', 'let it lead the digests that it is in', pinArticle],
    ['unpin', 'let it take its place as others do', unpinArticle],
    ['hide', 'tell nobody of it in what has not begun to be sent', hideArticle],
    ['show', 'take back hiding', showArticle],
  ] as const
  for (const [name, description, decision] of decisions) {
    verb(name, description).action((article: string, options: { json: boolean }) =>
      decide((context) => decision(context, article), options),
    )
  }

  verb('embargo', 'tell nobody of it before a time')
    .option('--until <ISO time>', 'when it may be told, such as 2026-12-01T06:00:00Z', instant)
    .option('--lift', 'from now on', false)
    .action((article: string, { until, lift, json }: { until?: Date; lift: boolean; json: boolean }) => {
      if ((until !== undefined) === lift) throw new PublicError('invalid_input', 'Give either --until or --lift.')
      return decide((context) => embargoArticle(context, article, until ?? null), { json })
    })
}

function describe(article: ListedArticle, now: Date): string {
  const decided = [
    article.pinned_at && pinned(article),
    article.hidden_at && 'hidden',
    article.available_at > now &&
      article.available_at > article.first_seen_at &&
      `not before ${article.available_at.toISOString()}`,
    article.same_story_as && `tells the same story as ${article.same_story_as}`,
    !article.eligible && 'was old when it was first seen',
  ].filter(Boolean)
  const state = decided.length > 0 ? decided.join(', ') : `seen ${article.first_seen_at.toISOString()}`
  return `${article.id}  ${article.title}  ${state}`
}

/** It leads the digests that it is in: of those that were planned before it is in no more. */
const pinned = ({ closed_at }: ListedArticle) =>
  closed_at
    ? `pinned; told by digests up to ${closed_at.toISOString()}, it leads only for readers who have had none since it came`
    : 'pinned'
