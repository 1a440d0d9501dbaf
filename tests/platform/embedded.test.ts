import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deleteEmbeddedDatabase, openEmbeddedDatabase } from '../../src/platform/database/embedded.ts'

const embedded = new URL('../../src/platform/database/embedded.ts', import.meta.url).href

/** A process that has the database open, and reports each row as soon as it is committed. */
const inserter = `
  import { openEmbeddedDatabase } from '${embedded}'
  import pg from '${import.meta.resolve('pg')}'
  const { url } = await openEmbeddedDatabase(process.argv[1])
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create table if not exists notes (id int primary key)')
  const { rows } = await client.query('select coalesce(max(id), 0) as last from notes')
  for (let id = rows[0].last + 1; ; id++) {
    await client.query('insert into notes values ($1)', [id])
    console.log(id)
  }
`

let folder: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmatro-embedded-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Starts the inserter, kills it after so many rows, and returns the last one it reported. */
async function insertAndDie(rows: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', inserter, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let last = 0
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (++seen === rows) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return last
}

describe('the embedded database', () => {
  it('loses nothing acknowledged when its process is killed, and opens again by itself', async () => {
    let last = 0
    for (const rows of [20, 57]) last = await insertAndDie(rows)
    expect(last).toBeGreaterThanOrEqual(77)
    const opened = await openEmbeddedDatabase(folder)
    expect(opened.isOwner).toBe(true)
    const client = new pg.Client({ connectionString: opened.url })
    await client.connect()
    const { rows } = await client.query('select count(*)::int as count, max(id) as max from notes')
    expect(rows[0].count).toBe(rows[0].max)
    expect(rows[0].max).toBeGreaterThanOrEqual(last)
    await client.end()
    await opened.close()
  }, 60_000)

  it('is found by whoever comes second, however many come at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => openEmbeddedDatabase(folder)))
    expect(all.filter((one) => one.isOwner)).toHaveLength(1)
    expect(new Set(all.map((one) => one.url)).size).toBe(1)
    await expect(deleteEmbeddedDatabase(folder)).rejects.toThrow('is in use')
    await Promise.all(all.map((one) => one.close()))
    await deleteEmbeddedDatabase(folder)
  }, 60_000)

  it('is taken over, at its address, by whoever still uses it when its process dies', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', inserter, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    await once(child.stdout, 'data')
    const opened = await openEmbeddedDatabase(folder)
    expect(opened.isOwner).toBe(false)
    child.kill('SIGKILL')
    const count = async () => {
      const client = new pg.Client({ connectionString: opened.url })
      client.on('error', () => {})
      try {
        await client.connect()
        return (await client.query('select count(*)::int as count from notes')).rows[0].count
      } catch {
        return 0
      } finally {
        await client.end().catch(() => {})
      }
    }
    await once(child, 'exit')
    await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(0)
    await opened.close()
  }, 60_000)

  it('heals what a dead process left behind', async () => {
    await writeFile(join(folder, 'lock'), '')
    await writeFile(join(folder, 'address.json'), JSON.stringify({ url: 'postgres://127.0.0.1:1/postgres', pid: 1 }))
    const opened = await openEmbeddedDatabase(folder)
    expect(opened.isOwner).toBe(true)
    await opened.close()
  }, 60_000)

  it('says what would do when the folder cannot be written', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await chmod(file, 0o400)
    await expect(openEmbeddedDatabase(join(file, 'data'))).rejects.toThrow(
      /cannot be written: make it writable, or name another with DATA_FOLDER/,
    )
  })
})
