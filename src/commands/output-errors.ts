// A stdout or stderr that takes no more.
const reasons: Record<string, string> = { ENOSPC: 'no space is left there', EIO: 'the device fails' }

/**
 * Stops the work when nobody reads on (`| head`), whose exit code stays what the work makes it, or when the output cannot be
 * written, which is one line on stderr and exit code 1. A service goes on: what it prints is not what it is for.
 */
export function handleOutputErrors(stopping: AbortController, { stdout, stderr } = process): void {
  stderr.on('error', () => {}) // there is nowhere left to say it
  let isTold = false
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    stopping.abort(error)
    if (error.code === 'EPIPE' || isTold) return
    isTold = true
    const code = error.code ?? ''
    stderr.write(
      `newsmatro: The output cannot be written: ${reasons[code] ?? (code || 'it failed')}. Write it somewhere else.\n`,
    )
    // Last, so that no result of the work hides it.
    process.once('exit', (exitCode) => {
      if (exitCode === 0) process.exitCode = 1
    })
  })
}
