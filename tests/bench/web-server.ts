// The service's pages as Node serves them, and next to them the least that a page could be: a Hono route that does one
// SELECT by key through the same pool. A process of its own.
import { Hono } from 'hono'
import { serve } from '../../src/node-http.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { createApp } from '../../src/web/app.tsx'
import { answerAll } from './child.ts'
import { contextOn } from './context.ts'

export type WebServerQuestion = { readonly databaseUrl: string; readonly sinkUrl: string }

answerAll(async ({ databaseUrl, sinkUrl }: WebServerQuestion) => {
  const db = connect(databaseUrl)
  const bare = new Hono()
  bare.get('/bare/:id', async (c) => {
    const row = await db
      .selectFrom('subscriptions')
      .select('frequency')
      .where('id', '=', Number(c.req.param('id')))
      .executeTakeFirstOrThrow()
    return c.text(row.frequency)
  })
  const service = createApp(contextOn(db, sinkUrl), {
    background: (work) => void work,
    // As if everybody asked from home.
    clientAddress: (c) => c.req.header('x-bench-address') ?? null,
  })
  // Beside each other, not one in the other: an app within another asks each of its layers twice.
  const fetch: typeof service.fetch = (request, env) =>
    new URL(request.url).pathname.startsWith('/bare/') ? bare.fetch(request, env) : service.fetch(request, env)
  const server = await serve(fetch, { host: '127.0.0.1', port: 0, variable: 'PORT' })
  return `http://127.0.0.1:${server.port}`
})
