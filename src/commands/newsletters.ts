// `newsmatro newsletters`: what readers can subscribe to, and what it is called.
import type { Command } from 'commander'
import {
  addNewsletter,
  changeNewsletter,
  listNewsletters,
  type NewsletterChange,
} from '../subscriptions/edit-newsletters.ts'
import { knownLanguage, languages } from '../subscriptions/languages.ts'
import type { Newsletter } from '../subscriptions/newsletters.ts'
import { type CommandTools, jsonOption } from './tools.ts'

type Options = { json: boolean }

/** Adds the `newsletters` commands to the program. */
export function addNewslettersCommands(program: Command, { withRuntime, print }: CommandTools): void {
  const newsletters = program.command('newsletters').description('what readers can subscribe to, and what it is called')

  newsletters
    .command('list')
    .description('the newsletters: slug, name, language and number of feeds; the first is meant where none is named')
    .addOption(jsonOption())
    .action((options: Options) =>
      withRuntime(async ({ context }) => {
        const list = await listNewsletters(context.db)
        if (options.json) return print(JSON.stringify(list))
        for (const { slug, name, language, feeds } of list) {
          print(`${slug}  ${name}  ${language}  ${feeds === 1 ? '1 feed' : `${feeds} feeds`}`)
        }
      }),
    )

  newsletters
    .command('add')
    .argument('<slug>', 'what addresses and commands call it, like morning-news')
    .description('add a newsletter; feeds add --newsletter gives it something to tell')
    .requiredOption('--name <name>', 'what readers see')
    .option('--language <tag>', 'of its stories, like de or pt-BR', 'en')
    .option('--description <text>', 'what it tells whom, in that language, for the page where one subscribes')
    .addOption(jsonOption())
    .action((slug: string, { json, ...given }: Options & NewsletterChange & { name: string }) =>
      withRuntime(
        async ({ context }) => {
          const added = await addNewsletter(context, { ...given, slug })
          if (json) return print(JSON.stringify(added))
          describe(added)
          print(`Its stories come from: newsmatro feeds add <url> --newsletter ${added.slug}`)
        },
        { mayCreate: true },
      ),
    )

  newsletters
    .command('set')
    .argument('<slug>')
    .description('change what a newsletter is called and about, or the language of its stories')
    .addHelpText(
      'after',
      `
Mails that were rendered stay as they are; those that still wait have the new name.
The slug is in the links of mails, in the addresses of pages and in the List-Id that mailboxes sort by: it can be
changed in a new installation, until the first reader subscribes. After that those links would lead nowhere.`,
    )
    .option('--name <name>', 'what readers see')
    .option('--language <tag>', 'of its stories, like de or pt-BR')
    .option(
      '--description <text>',
      'what it tells whom, in that language, for the page where one subscribes; "" for none',
    )
    .option('--slug <slug>', 'another slug, in an installation without readers')
    .addOption(jsonOption())
    .action((slug: string, { json, ...change }: Options & NewsletterChange) =>
      withRuntime(
        async ({ context }) => {
          const changed = await changeNewsletter(context, slug, change)
          if (json) return print(JSON.stringify(changed))
          describe(changed)
        },
        { mayCreate: true },
      ),
    )

  function describe({ slug, name, language }: Newsletter): void {
    print(`${slug}  ${name}  ${language}`)
    print('Pages have it within a minute, forms on other sites within an hour.')
    if (knownLanguage(language) !== undefined) return
    print(
      `Its stories are in ${language}; readers are spoken to in one of ${languages.join(', ')}, by default English.`,
    )
  }
}
