// Asks one route of a server from so many connections at once, for so long. A process of its own.
import { Pool } from 'undici'
import { signToken } from '../../src/platform/signed-token.ts'
import { answerAll } from './child.ts'
import { benchKeys } from './context.ts'

export type WebRoute = 'bare' | 'preferences' | 'subscribe' | 'unsubscribe'

export type LoadQuestion = {
  readonly url: string
  readonly route: WebRoute
  readonly connections: number
  readonly seconds: number
  /** How many subscriptions there are, by id from 1. */
  readonly readers: number
  /** Goes on where the last go ended: a reader leaves once, an address is new once. */
  readonly from: number
}

export type LoadAnswer = {
  readonly requests: number
  readonly seconds: number
  /** Answers other than the one that is meant, and none at all. */
  readonly errors: number
  /** What the first error was. */
  readonly firstError: string | null
  readonly latenciesMs: readonly number[]
}

type Asked = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string }

const form = 'application/x-www-form-urlencoded'

/** By id. Readers have them in their mails: to sign them is no work of whoever asks. */
const tokens = { preferences: [] as string[], unsubscribe: [] as string[] }

function signTokens(readers: number): void {
  for (const purpose of ['preferences', 'unsubscribe'] as const) {
    for (let id = tokens[purpose].length; id <= readers; id++)
      tokens[purpose].push(signToken(benchKeys, 'bench', purpose, id))
  }
}

function requestOf(route: WebRoute, number: number, readers: number): Asked {
  // 7919 is a prime: neighbours in time are not neighbours in the table.
  const id = ((number * 7919) % readers) + 1
  switch (route) {
    case 'bare':
      return { method: 'GET', path: `/bare/${id}` }
    case 'preferences':
      return { method: 'GET', path: `/preferences/${tokens.preferences[id]}` }
    case 'unsubscribe':
      return { method: 'POST', path: `/unsubscribe/${tokens.unsubscribe[id]}`, body: 'List-Unsubscribe=One-Click' }
    case 'subscribe':
      return { method: 'POST', path: '/subscribe', body: `email=new-${number}%40reader-${number % 997}.example` }
  }
}

answerAll(async ({ url, route, connections, seconds, readers, from }: LoadQuestion): Promise<LoadAnswer> => {
  signTokens(readers)
  const pool = new Pool(url, { connections, pipelining: 1 })
  const latenciesMs: number[] = []
  let errors = 0
  let firstError: string | null = null
  let number = from
  const startedAt = performance.now()
  const endAt = startedAt + seconds * 1000
  const worker = async () => {
    while (performance.now() < endAt) {
      const { method, path, body } = requestOf(route, number++, readers)
      const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
      const headers = { 'x-bench-address': address, ...(body !== undefined && { 'content-type': form }) }
      const askedAt = performance.now()
      try {
        const answer = await pool.request({ method, path, headers, body: body ?? null })
        // Who asks shares the cores with who answers: it takes what comes, and reads only what went wrong.
        if (answer.statusCode === 200) await answer.body.dump()
        else throw new Error(`${answer.statusCode}: ${(await answer.body.text()).slice(0, 200)}`)
      } catch (error) {
        errors += 1
        firstError ??= String(error)
      }
      latenciesMs.push(performance.now() - askedAt)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const elapsed = (performance.now() - startedAt) / 1000
  await pool.close()
  return { requests: latenciesMs.length, seconds: elapsed, errors, firstError, latenciesMs }
})
