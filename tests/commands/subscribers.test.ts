import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import { openTestDatabase } from '../support/database.ts'
import { testProgram } from '../support/program.ts'

const { start, run, dataFolder } = testProgram()

const header = 'email,confirmedAt\n'
const line = (index: number) => `r${index}@reader.example,2025-03-01\n`

describe('newsmatro subscribers', () => {
  it('imports a file, reports what it refused, and exports what it imports again', async () => {
    const database = await openTestDatabase()
    const env = { DATABASE_URL: database.url }
    const path = (name: string) => join(dataFolder(), name)
    await writeFile(
      path('readers.csv'),
      `${header}${line(1)}nonsense,2025-03-01\n${line(1)}+1@reader.example,2025-03-01\n`,
    )

    const dry = await run(
      ['subscribers', 'import', path('readers.csv'), '--dry-run', '--report', path('report.csv')],
      env,
    )
    expect(dry).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringContaining('4 readers read, and nothing changed:'),
    })
    expect(await readFile(path('report.csv'), 'utf8')).toBe(
      'line,reason\r\n3,"That is not an email address: it needs a name, an @ and a domain."\r\n4,The address is on line 2 already.\r\n',
    )
    expect(await run(['subscribers', 'import', path('readers.csv')], env)).toEqual({
      code: 1,
      stdout: '4 readers read:\n  added    2\n  refused  2\n',
      stderr:
        'line 3: That is not an email address: it needs a name, an @ and a domain.\nline 4: The address is on line 2 already.\n',
    })

    const exported = await run(['subscribers', 'export'], env)
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    expect(exported.stdout).toMatch(
      /^email,frequency,weekday,hour,timeZone,language,topics,confirmedAt,source,state\r\n'\+1@reader.example,daily,1,7,UTC,en,,2025-03-01T00:00:00.000Z,import,active\r\nr1@/,
    )
    const again = await run(['subscribers', 'import', '-', '--json'], env, exported.stdout)
    expect({ code: again.code, ...JSON.parse(again.stdout) }).toMatchObject({
      code: 0,
      lines: 2,
      added: 0,
      unchanged: 2,
    })
    const asJson = await run(['subscribers', 'export', '--all', '--json'], env)
    expect(JSON.parse(asJson.stdout)).toMatchObject([{ email: '+1@reader.example' }, { email: 'r1@reader.example' }])

    const garbage = header + Array.from({ length: 25 }, () => 'nonsense,\n').join('')
    const refused = await run(['subscribers', 'import', '-'], env, garbage)
    expect(refused.stderr.split('\n')).toHaveLength(22)
    expect(refused.stderr).toContain('and 5 more: --report <file> lists them all\n')
    await database.close()
  }, 120_000)

  it('ends with 130 on Ctrl-C and says what is in; run again, it completes it', async () => {
    const database = await openTestDatabase()
    const env = { DATABASE_URL: database.url }
    const db = connect(database.url)
    const importing = start(['subscribers', 'import', '-', '--json'], env)
    importing.child.stdin?.write(header + Array.from({ length: 1_500 }, (_, index) => line(index)).join(''))
    const count = async () => (await db.selectFrom('subscriptions').select('id').execute()).length
    await expect.poll(count, { timeout: 30_000 }).toBe(1_000)
    importing.child.kill('SIGINT') // while it waits for more
    expect(await once(importing.child, 'close')).toEqual([130, null])
    expect(importing.stderr).toBe('')
    expect(JSON.parse(importing.stdout)).toMatchObject({ lines: 1_000, added: 1_000, isInterrupted: true })
    expect(await count()).toBe(1_000)

    const file = header + Array.from({ length: 1_500 }, (_, index) => line(index)).join('')
    const again = await run(['subscribers', 'import', '-'], env, file)
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/added +500\n +unchanged +1000: known already/),
    })
    await db.destroy()
    await database.close()
  }, 120_000)

  it('says in one line why a file cannot be read, and changes nothing', async () => {
    const database = await openTestDatabase()
    const path = (name: string) => join(dataFolder(), name)
    await mkdir(path('folder'))
    await writeFile(path('empty.csv'), '')
    await writeFile(path('names.csv'), 'name,mail\n')
    await writeFile(path('utf16.csv'), Buffer.from(`\ufeff${header}${line(1)}`, 'utf16le'))
    await writeFile(path('good.csv'), header + line(1))
    await writeFile(path('report.csv'), 'of an earlier import')
    const wrong = [
      [['import', path('missing.csv')], 'missing.csv cannot be read: there is no such file.'],
      [['import', path('folder')], 'folder cannot be read: it is a directory.'],
      [['import', path('empty.csv')], 'The file is empty: its first line names the columns.'],
      [['import', path('names.csv')], 'There is no "name", "mail".'],
      [['import', path('utf16.csv')], 'is not in UTF-8: save it as CSV in UTF-8.'],
      [['import', path('good.csv'), '--newsletter', 'none'], 'There is no newsletter of that name.'],
      [['import', path('good.csv'), '--report', path('good.csv')], 'The report would replace the file that is read'],
      [['import', path('good.csv'), '--report', path('folder')], 'folder cannot be written'],
      [['import', path('names.csv'), '--report', path('report.csv')], 'There is no "name", "mail".'],
      [['import'], "missing required argument 'csv'. --help shows how."],
      [['export', '--newsletter', 'none'], 'There is no newsletter of that name.'],
    ] as const
    for (const [args, text] of wrong) {
      const { code, stdout, stderr } = await run(['subscribers', ...args], { DATABASE_URL: database.url })
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' })
      expect(stderr).toContain(text)
      expect(stderr).toMatch(/^newsmatro: [^\n]*\n$/)
    }
    const db = connect(database.url)
    expect(await db.selectFrom('subscribers').select('id').execute()).toEqual([])
    expect(await readFile(path('good.csv'), 'utf8')).toBe(header + line(1))
    expect(await readFile(path('report.csv'), 'utf8')).toBe('of an earlier import')

    const args = ['subscribers', 'import', path('good.csv'), '--report', path('report.csv')]
    expect(await run(args, { DATABASE_URL: database.url })).toMatchObject({ code: 0 })
    expect(await readFile(path('report.csv'), 'utf8')).toBe('line,reason\r\n')
    await db.destroy()
    await database.close()
  }, 120_000)
})
