// The program as a person or a supervisor runs it: real processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

export type Started = { readonly child: ChildProcess; stdout: string; stderr: string }

const program = new URL('../../src/newsmatro.js', import.meta.url).pathname

/** Runs the program; each test has a data folder of its own, and nothing that it started outlives it. */
export function testProgram() {
  let folder: string | undefined
  const children: ChildProcess[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsmatro-process-'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child)
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  function start(args: readonly string[], env: Record<string, string> = {}): Started {
    const child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, DATA_FOLDER: folder, NODE_ENV: 'production', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.push(child)
    child.stdin.on('error', () => {}) // it may end before it has read all
    const started: Started = { child, stdout: '', stderr: '' }
    child.stdout.on('data', (data) => {
      started.stdout += data
    })
    child.stderr.on('data', (data) => {
      started.stderr += data
    })
    return started
  }

  return {
    dataFolder(): string {
      if (folder === undefined) throw new Error('the folder is there only while a test runs')
      return folder
    },
    start,
    /** Runs to the end, with `input` on stdin. */
    async run(args: readonly string[], env?: Record<string, string>, input = '') {
      const started = start(args, env)
      started.child.stdin?.end(input)
      const [code] = await once(started.child, 'close')
      return { code, stdout: started.stdout, stderr: started.stderr }
    },
  }
}

/** Kills the process, as a crash would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Waits until the process has printed this. Returns the first group of the pattern. */
export async function said(started: Started, pattern: RegExp): Promise<string> {
  while (!pattern.test(started.stdout)) {
    if (started.child.exitCode !== null) throw new Error(`it ended: ${started.stderr}`)
    await once(started.child.stdout as NodeJS.ReadableStream, 'data')
  }
  return pattern.exec(started.stdout)?.[1] ?? ''
}
