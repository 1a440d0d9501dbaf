import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addNewslettersCommands } from '../../src/commands/newsletters.ts'
import type { Runtime } from '../../src/node-runtime.ts'
import { testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { testProgram } from '../support/program.ts'

const database = testDatabase()
const { run } = testProgram()

/** What the command prints, in this process. */
async function newsletters(...args: string[]): Promise<string> {
  const lines: string[] = []
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: (text) => lines.push(text) })
  const context = testContext(database.db)
  addNewslettersCommands(program, {
    withRuntime: async (act) => void (await act({ context } as unknown as Runtime)),
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
  })
  try {
    await program.parseAsync(['newsletters', ...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'commander.helpDisplayed') throw error
  }
  return lines.join('\n')
}

it('adds, names and lists them', async () => {
  const within = 'Pages have it within a minute, forms on other sites within an hour.'
  expect(await newsletters('add', 'evening', '--name', 'Le Soir', '--language', 'FR')).toBe(
    `evening  Le Soir  fr\n${within}\nIts stories come from: newsmatro feeds add <url> --newsletter evening`,
  )
  expect(JSON.parse(await newsletters('add', 'weekend', '--name', 'Weekend', '--json'))).toMatchObject({
    slug: 'weekend',
    name: 'Weekend',
    language: 'en',
  })
  expect(await newsletters('set', 'newsmatro', '--name', 'Daily News')).toBe(`newsmatro  Daily News  en\n${within}`)
  expect(await newsletters('set', 'newsmatro', '--language', 'sv')).toMatch(/stories are in sv; readers .* English\.$/)
  expect(JSON.parse(await newsletters('set', 'newsmatro', '--slug', 'daily', '--json'))).toMatchObject({
    slug: 'daily',
    name: 'Daily News',
    language: 'sv',
  })
  expect(await newsletters('list')).toBe(
    'daily  Daily News  sv  0 feeds\nevening  Le Soir  fr  0 feeds\nweekend  Weekend  en  0 feeds',
  )
  expect(JSON.parse(await newsletters('list', '--json'))[1]).toEqual({
    slug: 'evening',
    name: 'Le Soir',
    language: 'fr',
    description: '',
    created_at: '2026-11-23T06:00:00.000Z',
    feeds: 0,
  })
  expect(await newsletters('set', '--help')).toContain('List-Id that mailboxes sort by')
  await expect(newsletters('add', 'evening', '--name', 'Twice')).rejects.toThrow(
    'There is a newsletter evening already',
  )
  await expect(newsletters('add', 'late')).rejects.toThrow("required option '--name <name>'")
})

it('is a command of the program, which says in a line what is wrong', async () => {
  expect(
    await run(['newsletters', 'set', 'newsmatro', '--name', 'two\nlines'], { DATABASE_URL: database.url }),
  ).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'newsmatro: A newsletter’s name is one line of up to 100 characters, with a letter or a digit among them.\n',
  })
}, 60_000)
