// The program as a person or a supervisor runs it: real processes.
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { kill, outcomeOf, type Started, startProgram } from './processes.ts'

export { kill, type Started, said } from './processes.ts'

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
    const started = startProgram(args, { DATA_FOLDER: folder, ...env })
    children.push(started.child)
    return started
  }

  return {
    dataFolder(): string {
      if (folder === undefined) throw new Error('the folder is there only while a test runs')
      return folder
    },
    start,
    /** Runs to the end, with `input` on stdin. */
    run: (args: readonly string[], env?: Record<string, string>, input = '') => outcomeOf(start(args, env), input),
  }
}
