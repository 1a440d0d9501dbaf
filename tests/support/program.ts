// The program as a person or a supervisor runs it: real processes, each test with a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

const program = new URL('../../src/newsmatro.js', import.meta.url).pathname

export type Started = { readonly child: ChildProcess; stdout: string; stderr: string }
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

export type Program = {
  /** A folder for this test: its embedded database, and whatever files it needs. */
  readonly folder: string
  /** Starts a command; its stdin is a pipe. Ended with the test. */
  start(args: readonly string[], env?: Record<string, string>): Started
  /** Runs a command to its end, with `input` as its stdin. */
  run(args: readonly string[], env?: Record<string, string>, input?: string): Promise<Ended>
}

/** For the tests of a file. */
export function testProgram(): Program {
  const children: ChildProcess[] = []
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsmatro-process-'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  function start(args: readonly string[], env: Record<string, string> = {}): Started {
    const child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, DATA_FOLDER: folder, NODE_ENV: 'production', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.push(child)
    child.stdin?.on('error', () => {}) // it may end before it has read all
    const started: Started = { child, stdout: '', stderr: '' }
    child.stdout?.on('data', (data) => {
      started.stdout += data
    })
    child.stderr?.on('data', (data) => {
      started.stderr += data
    })
    return started
  }

  return {
    get folder() {
      return folder
    },
    start,
    async run(args, env, input = '') {
      const started = start(args, env)
      started.child.stdin?.end(input)
      const [code] = await once(started.child, 'close')
      return { code, stdout: started.stdout, stderr: started.stderr }
    },
  }
}

/** Waits until a command printed what matches; returns its first group. */
export async function said(started: Started, pattern: RegExp): Promise<string> {
  while (!pattern.test(started.stdout)) {
    if (started.child.exitCode !== null) throw new Error(`it ended: ${started.stderr}`)
    await once(started.child.stdout as NodeJS.ReadableStream, 'data')
  }
  return pattern.exec(started.stdout)?.[1] ?? ''
}
