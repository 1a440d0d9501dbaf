// The way to the provider: what the SDK fetches arrives at the model, unless the weather is bad.
import type { History } from './history.ts'
import type { Random } from './random.ts'
import { type Answer, type Call, type ResendModel, refusal } from './resend-model.ts'
import type { Actor, Scheduler } from './scheduler.ts'

export type Weather = 'fine' | 'flaky' | 'storm' | 'outage' | 'darkness' | 'quota' | 'unauthorized'

type Trouble =
  | 'none'
  | 'slow'
  | 'hangs before'
  | 'hangs after'
  | 'resets before'
  | 'resets after'
  | '500 before'
  | '500 after'
  | 'nonsense after'
  | 'half an answer after'
  | 'a gateway before'
  | 'a gateway after'
  | '408 before'
  | '429'
  | 'quota'
  | '401'
  | 'busy'

const troubles: Readonly<Record<Weather, Partial<Record<Trouble, number>>>> = {
  fine: { none: 1 },
  flaky: {
    none: 8,
    slow: 2,
    'hangs before': 1,
    'hangs after': 2,
    'resets before': 1,
    'resets after': 2,
    '500 before': 1,
    '500 after': 2,
    'nonsense after': 1,
    'half an answer after': 1,
    'a gateway before': 1,
    'a gateway after': 1,
    '408 before': 1,
    '429': 2,
    busy: 1,
  },
  storm: { '429': 9, none: 1 },
  outage: {
    'hangs before': 2,
    'hangs after': 1,
    '500 before': 2,
    '500 after': 2,
    'resets before': 2,
    'resets after': 1,
  },
  darkness: { 'hangs before': 2, '500 before': 2, 'resets before': 2, 'a gateway before': 1 },
  quota: { quota: 1 },
  unauthorized: { '401': 1 },
}

/** What the adapter allows a call. */
const callTimeoutMs = 30_000

export type Answering = { readonly delayMs: number; readonly answer: Answer | Error }

/** What becomes of one call: whether it is accepted, what the caller sees of it, and when. */
export function answerCall(
  model: ResendModel,
  call: Call,
  now: number,
  weather: Weather,
  random: Random,
): { readonly trouble: Trouble; readonly answering: Answering } {
  const trouble = random.weighted(troubles[weather] as Record<Trouble, number>)
  const quick = { delayMs: random.between(0, 900) }
  const hang = {
    delayMs: callTimeoutMs,
    answer: new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
  }
  const reset = { ...quick, answer: new TypeError('fetch failed') }
  const broken = { ...quick, answer: refusal(500, 'application_error', 'An unexpected error occurred.') }
  // What a server in between says has its own form.
  const gateway = { status: 502, body: random.pick<unknown>(['<html>', {}, { error: 'upstream' }, '"gone"', null]) }
  const answering = (): Answering => {
    switch (trouble) {
      case 'none':
        return { ...quick, answer: model.handle(call, now) }
      case 'slow':
        return { delayMs: random.between(2_000, 28_000), answer: model.handle(call, now) }
      case 'hangs after':
        model.handle(call, now)
        return hang
      case 'hangs before':
        return hang
      case 'resets after':
        model.handle(call, now)
        return reset
      case 'resets before':
        return reset
      case '500 after':
        model.handle(call, now)
        return broken
      case '500 before':
        return broken
      case 'nonsense after':
        model.handle(call, now)
        return { ...quick, answer: { status: 200, body: random.pick<unknown>(['<html>', {}, { data: [] }, null]) } }
      case 'a gateway after':
        model.handle(call, now)
        return { ...quick, answer: gateway }
      case 'a gateway before':
        return { ...quick, answer: gateway }
      case 'half an answer after':
        return { ...quick, answer: withoutOne(model.handle(call, now)) }
      case '408 before':
        return { ...quick, answer: refusal(408, 'request_timeout', 'The request took too long.') }
      case '429':
        return {
          ...quick,
          answer: refusal(429, 'rate_limit_exceeded', 'Too many requests.', {
            'retry-after': String(random.between(1, 3)),
          }),
        }
      case 'quota':
        return { ...quick, answer: refusal(429, 'daily_quota_exceeded', 'You have reached your daily quota.') }
      case '401':
        return { ...quick, answer: refusal(401, 'restricted_api_key', 'This key may not send.') }
      case 'busy':
        return { ...quick, answer: refusal(409, 'concurrent_idempotent_requests', 'In progress.') }
    }
  }
  return { trouble, answering: answering() }
}

/** An answer in which one of the ids is missing. */
function withoutOne(answer: Answer): Answer {
  const body = answer.body as { id?: string; data?: unknown[] }
  return answer.status === 200 ? { ...answer, body: body.data ? { ...body, data: body.data.slice(1) } : {} } : answer
}

export type Line = {
  readonly scheduler: Scheduler
  readonly history: History
  /** Told of each call, before it arrives. */
  readonly witness: (call: Call) => void
  readonly answer: (call: Call) => ReturnType<typeof answerCall>
}

/** Whose call it is tells the host: each process has one of its own. */
const lines = new Map<string, { readonly actor: Actor; readonly line: Line }>()

/** The address at which this process reaches the provider. */
export function connectProvider(actor: Actor, line: Line): string {
  const host = `${actor.name}.provider.example`
  lines.set(host, { actor, line })
  return `https://${host}`
}

export function forgetProviders(): void {
  lines.clear()
}

/** Puts the model in the place of the network. */
export function interceptFetch(): void {
  globalThis.fetch = async (input, init) => {
    const url = new URL(String(input))
    const connected = lines.get(url.hostname)
    if (!connected) throw new TypeError(`the simulation reaches no network: ${url.hostname}`)
    const { actor, line } = connected
    const headers = new Headers(init?.headers)
    const call: Call = {
      endpoint: url.pathname === '/emails' ? 'emails' : 'emails/batch',
      key: headers.get('idempotency-key') ?? '',
      body: String(init?.body),
      isPermissive: headers.get('x-batch-validation') === 'permissive',
    }
    const { delayMs, answer } = await actor.park(
      'call',
      `calls ${call.endpoint} with ${call.key.slice(0, 14)}`,
      async () => {
        line.witness(call)
        const { trouble, answering } = line.answer(call)
        const seen = answering.answer instanceof Error ? answering.answer.message : answering.answer.status
        line.history.note(actor.name, `${call.endpoint} ${call.key.slice(0, 14)}: ${trouble}, sees ${seen}`)
        return answering
      },
    )
    await actor.park('answer', `has the answer to ${call.key.slice(0, 14)}`, async () => {}, {
      notBefore: line.scheduler.now + delayMs,
    })
    if (answer instanceof Error) throw answer
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    return new Response(text, {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...answer.headers },
    })
  }
}
