import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { deliverWebhooks } from '../../src/sandbox/sandbox.ts'
import { webhookSecret } from '../support/webhooks.ts'
import { email, testSandbox } from './support.ts'

const sandboxes = testSandbox()

const mail = { from: 'Ada <ada@reader.example>', to: 'reply+1@reply.example', subject: 'Re: Hello', text: 'weekly' }
const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers,
  body: new URLSearchParams(fields),
})

it('tells of a mail in a signed event that holds no text, and shows it to the SDK', async () => {
  const { app, client, clock } = await sandboxes.start()
  const written = await app.request('/write', json({ ...mail, headers: { Precedence: 'bulk' } }))
  expect(written.status).toBe(201)
  const { id } = (await written.json()) as { id: string }
  const events: unknown[] = []
  const post = async (request: Request) => {
    const payload = await request.text()
    const headers = Object.fromEntries(request.headers)
    expect(headers['svix-signature']).toBe(
      new Webhook(webhookSecret).sign(headers['svix-id'] ?? '', clock.now(), payload),
    )
    events.push(JSON.parse(payload))
    return new Response(null, { status: events.length === 1 ? 500 : 200 })
  }
  const deliver = () =>
    deliverWebhooks({ db: sandboxes.db, clock, webhook: { url: 'http://x/', secret: webhookSecret }, fetch: post })
  expect(await deliver()).toEqual({ posted: 0, failed: 1 })
  clock.set(new Date(clock.now().getTime() + 5_000))
  expect(await deliver()).toEqual({ posted: 1, failed: 0 })
  expect(await deliver()).toEqual({ posted: 0, failed: 0 })
  expect(events[1]).toMatchObject({
    type: 'email.received',
    data: { email_id: id, from: mail.from, to: [mail.to], received_for: [mail.to], subject: mail.subject },
  })
  expect(JSON.stringify(events)).not.toContain('weekly')

  const { data } = await client().emails.receiving.get(id, { html_format: 'cid' })
  expect(data).toMatchObject({
    object: 'email',
    id,
    text: 'weekly',
    html: null,
    headers: { precedence: 'bulk', from: mail.from, 'message-id': `<${id}@reader.invalid>` },
  })
  expect((await client().emails.receiving.get('nothing')).error).toMatchObject({ name: 'not_found', statusCode: 404 })
})

it('begins a reply as a mail program does, and gives it to the service', async () => {
  const { app, client } = await sandboxes.start()
  const { data } = await client().emails.send(email({ to: 'ada@reader.example', replyTo: mail.to, text: 'Hello\nAda' }))
  const shown = await (await app.request(`/inbox/${data?.id}`)).text()
  expect(shown).toContain(`href="/write?reply=${data?.id}"`)
  const page = await (await app.request(`/write?reply=${data?.id}`)).text()
  for (const part of [
    'value="ada@reader.example"',
    `value="${mail.to}"`,
    'value="Re: Hello"',
    '&gt; Hello\n&gt; Ada',
  ]) {
    expect(page).toContain(part)
  }
  const sent = await app.request(
    '/write',
    form({ ...mail, inReplyTo: `<${data?.id}@sandbox.invalid>` }, { origin: 'null', 'sec-fetch-site': 'same-origin' }),
  )
  expect(await sent.text()).toContain('The mail was given to the service')
  const [received] = await sandboxes.tables.selectFrom('received').selectAll().execute()
  expect(received).toMatchObject({ text: 'weekly', headers: { 'in-reply-to': `<${data?.id}@sandbox.invalid>` } })
})

it('shows what is wrong with what was written, and keeps it', async () => {
  const { app } = await sandboxes.start()
  const response = await app.request('/write', form({ ...mail, to: 'nobody', text: '<b>kept</b>' }))
  expect(response.status).toBe(422)
  const page = await response.text()
  expect(page).toContain('`to` is an address, like name@example.com.')
  expect(page).toContain('&lt;b&gt;kept')
  expect((await app.request('/write', json({ from: 'x' }))).status).toBe(422)
  expect(
    (await app.request('/write', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }))
      .status,
  ).toBe(422)
  expect((await app.request('/write?reply=nothing')).status).toBe(404)
  expect((await app.request('/write')).status).toBe(200)
  expect(await sandboxes.tables.selectFrom('received').selectAll().execute()).toEqual([])
})

it('takes no mail from a page elsewhere', async () => {
  const { app } = await sandboxes.start()
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
  ]) {
    expect((await app.request('/write', form(mail, headers as Record<string, string>))).status).toBe(403)
  }
  expect(await sandboxes.tables.selectFrom('received').selectAll().execute()).toEqual([])
})

it('keeps no more than it is told', async () => {
  const { app } = await sandboxes.start({ keepAtMost: 2 })
  for (const text of ['1', '2', '3']) await app.request('/write', json({ ...mail, text }))
  const kept = await sandboxes.tables.selectFrom('received').select('text').orderBy('position').execute()
  expect(kept.map(({ text }) => text)).toEqual(['2', '3'])
})
