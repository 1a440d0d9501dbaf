// The program as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'

export type Started = { readonly child: ChildProcess; stdout: string; stderr: string }

const program = new URL('../../src/newsmatro.js', import.meta.url).pathname

/** Starts the program with nothing of this process's environment but its PATH. */
export function startProgram(args: readonly string[], env: Record<string, string | undefined>): Started {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', program, ...args], {
    cwd: tmpdir(), // wherever the command is given
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
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

/** Waits for the end, with `input` on stdin. */
export async function outcomeOf(started: Started, input = '') {
  started.child.stdin?.end(input)
  const [code] = await once(started.child, 'close')
  return { code, stdout: started.stdout, stderr: started.stderr }
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
