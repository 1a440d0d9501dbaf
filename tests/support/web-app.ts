import type { Hono } from 'hono'
import { createApp } from '../../src/web/app.tsx'
import type { WebOptions } from '../../src/web/web-options.ts'
import type { TestContext } from './context.ts'

/** What a browser sends of a form. */
export const form = (fields: Record<string, string | string[]>) => {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
  return { method: 'POST', body }
}

/** The app of a context, for requests that come from 192.0.2.7. */
export function createTestApp(context: TestContext, options: Partial<WebOptions> = {}) {
  const work: Promise<unknown>[] = []
  const app: Hono = createApp(context, {
    background: (promise) => work.push(promise),
    clientAddress: () => '192.0.2.7',
    ...options,
  })
  return {
    context,
    app,
    async request(path: string | Request, init?: RequestInit): Promise<Response> {
      const response = await app.request(path, init)
      await Promise.all(work.splice(0))
      return response
    },
  }
}
