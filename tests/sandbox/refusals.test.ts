import { describe, expect, test } from 'vitest'
import { email, testSandbox } from './support.ts'

const sandbox = testSandbox()

const request = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer re_test', 'user-agent': 'test', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

describe('validation', () => {
  const { to: _to, ...withoutTo } = email()
  const { subject: _subject, ...withoutSubject } = email()
  const { html: _html, text: _text, ...withoutBody } = email()
  const plain = email()

  test.each([
    ['no to', withoutTo, 'missing_required_field', 'Missing `to` field.'],
    ['no subject', withoutSubject, 'missing_required_field', 'Missing `subject` field.'],
    ['no body', withoutBody, 'missing_required_field', 'Missing `html` or `text` field.'],
    ['a to without a domain', { ...plain, to: 'ada' }, 'validation_error', 'Invalid `to` field'],
    ['a to with two addresses in one', { ...plain, to: 'a@b.example, c@d.example' }, 'validation_error', '`to`'],
    ['an address that is not ASCII', { ...plain, to: 'zoë@example.com' }, 'validation_error', '`to`'],
    ['an address with two dots', { ...plain, to: 'a..b@example.com' }, 'validation_error', '`to`'],
    ['a to that is empty', { ...plain, to: [] }, 'validation_error', '`to`'],
    ['51 recipients', { ...plain, to: Array(51).fill('a@b.example') }, 'validation_error', 'at most 50'],
    ['a from that is no mailbox', { ...plain, from: 'News <news>' }, 'validation_error', '`from`'],
    ['a line break in from', { ...plain, from: 'A\r\nBcc: x <a@b.example>' }, 'validation_error', '`from`'],
    ['a line break in the subject', { ...plain, subject: 'a\r\nBcc: b@c.example' }, 'validation_error', '`subject`'],
    ['a line break in a header', { ...plain, headers: { 'X-A': 'b\nc' } }, 'validation_error', '`headers`'],
    ['a header that is no string', { ...plain, headers: { 'X-A': 1 } }, 'validation_error', '`headers`'],
    ['a header name with a colon', { ...plain, headers: { 'X:A': 'b' } }, 'validation_error', '`headers`'],
    ['a tag with a space', { ...plain, tags: [{ name: 'a b', value: 'c' }] }, 'validation_error', '`tags`'],
    ['a tag of 257', { ...plain, tags: [{ name: 'a', value: 'x'.repeat(257) }] }, 'validation_error', '`tags`'],
    ['an attachment of nothing', { ...plain, attachments: [{ filename: 'a' }] }, 'invalid_attachment', 'content'],
    ['a time to send at', { ...plain, scheduled_at: 'in 1 hour' }, 'validation_error', '`scheduled_at`'],
    ['no object', 'null', 'validation_error', 'object'],
  ])('refuses %s', async (_what, body, name, message) => {
    const { app } = await sandbox.start()
    const response = await app.request('/emails', request(body))
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({ statusCode: 422, name, message: expect.stringContaining(message) })
    expect(await sandbox.tables.selectFrom('emails').selectAll().execute()).toEqual([])
  })

  test('takes every legal form', async () => {
    const { client } = await sandbox.start()
    const { error } = await client().emails.send({
      ...email(),
      from: '"News, Daily" <news@sub.news.example>',
      to: ['a+b@example.com', 'Zoë <zoe@xn--bcher-kva.example>', "o'neil@example.museum"],
      tags: [{ name: 'A-z_9', value: 'x'.repeat(256) }],
    })
    expect(error).toBeNull()
  })

  test('takes a template in place of a body, and not both', async () => {
    const { app } = await sandbox.start()
    const template = { id: 'welcome', variables: { NAME: 'Ada' } }
    const both = await app.request('/emails', request({ ...email(), template }))
    expect(both.status).toBe(422)
    expect((await app.request('/emails', request({ ...withoutBody, template }))).status).toBe(200)
  })

  test('says so when the body is no JSON, or too large', async () => {
    const { app } = await sandbox.start()
    const broken = await app.request('/emails', request('{'))
    expect(broken.status).toBe(400)
    const large = await app.request('/emails', request('x', { 'content-length': String(41 * 1024 * 1024) }))
    expect(large.status).toBe(413)
    expect(await large.json()).toMatchObject({ statusCode: 413, name: 'validation_error' })
  })

  test('knows two ways to validate a batch', async () => {
    const { app } = await sandbox.start()
    const response = await app.request('/emails/batch', request([email()], { 'x-batch-validation': 'lax' }))
    expect(await response.json()).toMatchObject({ statusCode: 422, name: 'invalid_parameter' })
  })
})

describe('access', () => {
  test('needs a key that is known', async () => {
    const { app, client } = await sandbox.start()
    const withoutKey = await app.request('/emails', { method: 'POST', headers: { 'user-agent': 'test' } })
    expect(withoutKey.status).toBe(401)
    expect(await withoutKey.json()).toMatchObject({ statusCode: 401, name: 'missing_api_key' })
    const { error } = await client('sk_wrong').emails.send(email())
    expect(error).toMatchObject({ statusCode: 403, name: 'invalid_api_key' })
  })

  test('can be limited to some keys', async () => {
    const { client } = await sandbox.start({ apiKeys: ['re_only'] })
    expect((await client('re_only').emails.send(email())).error).toBeNull()
    expect((await client('re_other').emails.send(email())).error).toMatchObject({ name: 'invalid_api_key' })
  })

  test('needs a User-Agent', async () => {
    const { app } = await sandbox.start()
    const response = await app.request('/emails', request(email(), { 'user-agent': '' }))
    expect(response.status).toBe(403)
  })

  test.each([
    ['GET', '/emails/batch', 405, 'method_not_allowed'],
    ['DELETE', '/emails', 405, 'method_not_allowed'],
    ['PATCH', '/emails/5f0c2b52-8a5c-4f0e-9b57-3f0a2f3f9d10', 405, 'method_not_allowed'],
    ['GET', '/emails/no-id', 404, 'not_found'],
    ['POST', '/emails/a/b', 404, 'not_found'],
    ['POST', '/contacts', 404, 'not_found'],
  ])('%s %s is answered with %i', async (method, path, statusCode, name) => {
    const { app } = await sandbox.start()
    const headers = { authorization: 'Bearer re_test', 'user-agent': 'test' }
    const response = await app.request(path, { method, headers })
    expect(response.status).toBe(statusCode)
    expect(await response.json()).toMatchObject({ statusCode, name })
  })
})

describe('the host asked for', () => {
  test.each([
    ['localhost:3001', 200],
    ['127.0.0.1:3001', 200],
    ['[::1]:3001', 200],
    ['LOCALHOST', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['localhost@evil.example', 421],
    ['', 421],
  ])('%j is answered with %i', async (host, status) => {
    const { app } = await sandbox.start()
    expect((await app.request('/', { headers: { host } })).status).toBe(status)
    expect((await app.request('/inbox.json', { headers: { host } })).status).toBe(status)
  })

  test('may be that of publicUrl', async () => {
    const { app } = await sandbox.start({ publicUrl: 'https://inbox.example' })
    expect((await app.request('/', { headers: { host: 'inbox.example' } })).status).toBe(200)
    expect((await app.request('/', { headers: { host: 'other.example' } })).status).toBe(421)
  })
})
