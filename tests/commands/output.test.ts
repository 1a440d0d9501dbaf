// What becomes of a command whose output is closed, or full.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followPauseMs } from '../../src/commands/runs.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { type OpenTestDatabase, openTestDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { said, testProgram } from '../support/program.ts'

const { start, run } = testProgram()
const program = new URL('../../src/newsmatro.js', import.meta.url).pathname

let database: OpenTestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await openTestDatabase()
  env = { DATABASE_URL: database.url }
  const db = connect(database.url)
  await anArticle(db, { firstSeenAt: new Date('2026-11-23T03:00:00Z') })
  await aReader(db, { email: 'ada@reader.example' })
  await db.destroy()
})
afterAll(() => database.close())

async function intoFullDevice(args: readonly string[]) {
  const child = spawn('sh', ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, program, ...args], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
  })
  let stderr = ''
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const [code] = await once(child, 'close')
  return { code, stderr }
}

describe('an output that nobody reads', () => {
  it('leaves an import its work and its exit code', async () => {
    const importing = start(['subscribers', 'import', '-'], env)
    importing.child.stdout?.destroy()
    importing.child.stdin?.end('email,confirmedAt\nr1@reader.example,2025-03-01\n')
    expect(await once(importing.child, 'close')).toEqual([0, null])
    expect(importing.stderr).toBe('')
    const { stdout } = await run(['subscribers', 'export'], env)
    expect(stdout).toContain('r1@reader.example')
  }, 60_000)

  it('ends following a run in which nothing changes', async () => {
    await run(['jobs', 'run', 'plan-digests', '--at', '2026-11-23T06:00:00Z'], env)
    await run(['runs', 'pause', '1'], env)
    const following = start(['runs', 'show', '1', '--follow'], env)
    await said(following, /paused, 0 of /)
    following.child.stdout?.destroy()
    expect(await once(following.child, 'close')).toEqual([0, null])
    expect(following.stderr).toBe('')
  }, 60_000)
})

it.runIf(process.platform === 'linux').each([[['runs', 'list']], [['subscribers', 'export']]])(
  '%j says in one line that the output is full',
  async (args) => {
    expect(await intoFullDevice(args)).toEqual({
      code: 1,
      stderr: 'newsmatro: The output cannot be written: no space is left there. Write it somewhere else.\n',
    })
  },
  30_000,
)

it('asks how far a run is once a second, and less often where that is a burden', () => {
  expect(followPauseMs(3)).toBe(1_000)
  expect(followPauseMs(2_000)).toBe(10_000)
})
