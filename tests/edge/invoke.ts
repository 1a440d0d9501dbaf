// Calls the worker's handlers as the runtime does: each call is an invocation with connections of its own.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import worker, { type Env } from '../../src/worker.ts'

/** Requests a path, or a whole URL, of the service. Work that goes on after the answer is not waited for. */
export function visit(location: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(requestOf(location, init))
}

/** Fires the cron trigger of a slot, and waits until its jobs have run. */
export async function tick(scheduledTime: Date, cron = '* * * * *'): Promise<void> {
  await exports.default.scheduled({ scheduledTime: scheduledTime.getTime(), cron })
}

/**
 * Requests a path of the service as other variables would have it. The worker's handler is called inside the test, where
 * its connection stays open for as long as the test file runs: for a few calls, not for many.
 */
export async function visitWith(variables: Partial<Env>, location: string, init: RequestInit = {}): Promise<Response> {
  const invocation = createExecutionContext()
  const response = await worker.fetch(requestOf(location, init), { ...env, ...variables }, invocation)
  await waitOnExecutionContext(invocation)
  return response
}

function requestOf(location: string, init: RequestInit): Request {
  return new Request(new URL(location, 'https://digest.example'), { redirect: 'manual', ...init })
}
