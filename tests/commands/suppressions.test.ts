import { expect, it } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { testProgram } from '../support/program.ts'

const { run } = testProgram()

it('lists, adds and removes addresses, from processes of their own', async () => {
  const database = await openTestDatabase()
  const suppressions = (...args: string[]) => run(['suppressions', ...args], { DATABASE_URL: database.url })
  expect(await suppressions('add', 'Ada@Reader.example', 'bob@reader.example')).toEqual({
    code: 0,
    stdout: 'ada@reader.example: on the list.\nbob@reader.example: on the list.\n',
    stderr: '',
  })
  expect(await suppressions('add', 'ada@reader.example')).toMatchObject({
    code: 0,
    stdout: 'ada@reader.example: was on the list already, nothing changed.\n',
  })
  const list = await suppressions('list', '--reason', 'manual', '--json')
  expect(JSON.parse(list.stdout)).toEqual([
    { address: 'bob@reader.example', reason: 'manual', since: expect.any(String) },
    { address: 'ada@reader.example', reason: 'manual', since: expect.any(String) },
  ])
  expect((await suppressions('list', '--reason', 'complaint', '--json')).stdout).toBe('[]\n')

  const removed = await suppressions('remove', 'ADA@reader.example')
  expect(removed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ada@reader.example: off the list/) })

  const wrong = [
    [['remove', 'ada@reader.example'], 'That address is not on the list'],
    [['remove', 'bob@reader.example', 'nonsense'], 'Address 2 of 2, so nothing was changed: That is not an email'],
    [['add', 'carol@reader.example', 'nonsense'], 'Address 2 of 2, so nothing was changed: That is not an email'],
    [['add'], "missing required argument 'address'"],
    [['list', '--reason', 'dislike'], 'soft_bounces, provider, hard_bounce, complaint, manual'],
  ] as const
  for (const [args, text] of wrong) {
    const { code, stdout, stderr } = await suppressions(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^newsmatro: [^\n]*\n$/)
    expect(stderr).not.toContain('@reader.example')
  }
  expect((await suppressions('list')).stdout).toMatch(/^bob@reader.example {2}manual {2}\d{4}-\S+Z\n$/)
  await database.close()
}, 120_000)
