import { Option } from 'commander'
import type { Runtime } from '../node-runtime.ts'

/** What the command line gives to each group of commands. */
export type CommandTools = {
  /** An embedded database that is not there is made for a command that puts something in: where there is nothing, nothing is looked at. */
  withRuntime(act: (runtime: Runtime) => Promise<unknown>, options?: { readonly mayCreate?: boolean }): Promise<void>
  print(line: string): void
  /** Aborted by Ctrl-C, or with the error when the output takes no more. */
  readonly signal: AbortSignal
}

export const jsonOption = () => new Option('--json', 'print the result as JSON').default(false)

/** The exit code of what Ctrl-C ended (128 and the number of SIGINT). */
export const interruptedExitCode = 130

/** Stopped by Ctrl-C, not because the output takes no more. */
export const isInterrupted = ({ aborted, reason }: AbortSignal) => aborted && reason?.name === 'AbortError'
