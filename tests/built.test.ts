// What `npm ci` makes of the sources, and when it is run instead of them.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const run = promisify(execFile)
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmatro-built-'))
  for (const name of [
    'src/newsmatro.js',
    'src/built.js',
    'src/build.js',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ])
    await cp(join(root, name), join(folder, name))
  for (const name of ['emails', 'jobs', 'migrations', 'src/demo/sample/images'])
    await mkdir(join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await write(
    'src/cli.ts',
    "import { word } from '../jobs/word.ts'\nprocess.stdout.write(word + ' from ' + import.meta.url)",
  )
  await write('jobs/word.ts', "export const word: string = 'first'")
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFile(join(folder, name), text)
const said = async (program: string) => (await run(process.execPath, [join(folder, program)])).stdout

it('is run as long as it is of the sources, and else the sources are', async () => {
  expect(await said('src/newsmatro.js')).toMatch(/^first from .*\/src\/cli\.ts/)
  await said('src/build.js')
  expect(await said('src/newsmatro.js')).toMatch(/^first from .*\/dist\/cli\.js$/)
  await write('jobs/word.ts', "export const word: string = 'second'")
  expect(await said('src/newsmatro.js')).toMatch(/^second from .*\/src\/cli\.ts/)
  await said('src/build.js')
  expect(await said('src/newsmatro.js')).toMatch(/^second from .*\/dist\/cli\.js$/)
  await rm(join(folder, 'dist/made-of'))
  expect(await said('src/newsmatro.js')).toMatch(/^second from .*\/src\/cli\.ts/)
})
