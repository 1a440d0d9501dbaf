// Each thing that is measured runs in a process of its own, so that its memory and its CPU time are its own.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export type Child = {
  /** One question at a time; throws what the process threw. */
  ask<T>(question: object): Promise<T>
  end(): Promise<void>
}

type Reply = { readonly answer: unknown } | { readonly error: string }

export function startChild(file: string): Child {
  const child: ChildProcess = fork(new URL(file, import.meta.url), {
    // as package.json has the program started
    execArgv: [...process.execArgv, '--max-semi-space-size=8'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    async ask<T>(question: object) {
      const asked = new AbortController()
      const { signal } = asked
      child.send(question)
      const reply = await Promise.race([
        once(child, 'message', { signal }).then(([message]) => message as Reply),
        once(child, 'exit', { signal }).then(([code]): Reply => ({ error: `${file} ended with ${code}` })),
      ]).finally(() => asked.abort())
      if ('error' in reply) throw new Error(reply.error)
      return reply.answer as T
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

/** The other side: answers each question, and ends with the process that asked. */
export function answerAll(answer: (question: never) => unknown): void {
  process.on('message', async (question) => {
    let reply: Reply
    try {
      reply = { answer: (await answer(question as never)) ?? null }
    } catch (error) {
      reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.send?.(reply)
  })
  process.on('disconnect', () => process.exit())
}
