import { describe, expect, test } from 'vitest'
import { prepareSandbox } from '../../src/sandbox/sandbox.ts'
import { email, testSandbox } from './support.ts'

const sandbox = testSandbox()
const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>`

async function withMail(more: Parameters<typeof email>[0] = {}) {
  const running = await sandbox.start()
  const { data, error } = await running.client().emails.send(email(more), { idempotencyKey: '<i>key</i>' })
  expect(error).toBeNull()
  const get = async (path: string) => {
    const response = await running.app.request(path)
    return { response, text: await response.text() }
  }
  return { ...running, get, path: `/inbox/${data?.id}`, id: data?.id }
}

describe('the inbox', () => {
  test('says what will show up while it is empty', async () => {
    const { app } = await sandbox.start()
    const response = await app.request('/')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('shows up here')
  })

  test('leads to each mail', async () => {
    const { get, path } = await withMail()
    const { text } = await get('/')
    expect(text).toContain(`href="${path}"`)
    expect(text).toContain('ada@example.com')
    expect(text).toContain('1 mail')
    expect(text).toContain('delivered')
  })

  test('pages through everything, newest first, each mail once', async () => {
    const { app, client } = await sandbox.start()
    const send = (from: number) =>
      client().batch.send(Array.from({ length: 60 }, (_, index) => email({ subject: `No. ${from + index}.` })))
    await send(0)
    await send(60)
    const seen: string[] = []
    let next: string | undefined = '/'
    let last = '/'
    while (next !== undefined) {
      const text: string = await (await app.request(next)).text()
      seen.push(...Array.from(text.matchAll(/No\. (\d+)\./g), ([, number]) => number ?? ''))
      last = next
      next = /rel="next" href="([^"]+)"/.exec(text)?.[1]
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => String(119 - index)))
    const newer = /rel="prev" href="([^"]+)"/.exec(await (await app.request(last)).text())?.[1] ?? ''
    expect(await (await app.request(newer)).text()).toContain('No. 69.')
  })

  test.each([
    ['ada', 1],
    ['HELLO', 2],
    ['100%', 0],
    ['_', 0],
    ['\\', 0],
  ])('finds %j in %i of two', async (search, count) => {
    const { app, client } = await sandbox.start()
    await client().batch.send([email(), email({ to: 'Bob <bob@example.com>', subject: 'hello again' })])
    const text = await (await app.request(`/?${new URLSearchParams({ q: search })}`)).text()
    expect(text.match(/href="\/inbox\/[0-9a-f-]{36}"/g) ?? []).toHaveLength(count)
  })

  test('lists mails for scripts', async () => {
    const { client, app } = await sandbox.start()
    const tags = [{ name: 'a', value: 'b' }]
    const { data } = await client().emails.send(email({ to: 'Ada <Ada@Example.com>', tags, headers: { 'X-A': 'b' } }))
    await client().emails.send(email({ to: 'bob@example.com' }))
    const list = async (query: string) => (await app.request(`/inbox.json?${query}`)).json()
    expect(await list('to=ada@example.com&limit=5')).toMatchObject({
      data: [{ id: data?.id, to: ['Ada <Ada@Example.com>'], subject: 'Hello', tags, headers: { 'X-A': 'b' } }],
      has_more: false,
    })
    const first = await list('limit=1')
    expect(first).toMatchObject({ data: [{ to: ['bob@example.com'] }], has_more: true })
    expect(await list(`limit=1&after=${first.data[0].id}`)).toMatchObject({ data: [{ id: data?.id }] })
  })
})

describe('nothing of a mail becomes part of a page', () => {
  const mail = {
    from: `"${hostile.replaceAll(/[<>"]/g, '')}" <a@b.example>`,
    subject: hostile,
    text: `${hostile} https://news.example/confirm?a=1&b=2 javascript:alert(1)`,
    headers: { 'X-Hostile': hostile },
  }

  test.each(['', '?part=html', '?part=text', '?part=headers', '?part=<script>'])('on %j', async (query) => {
    const { get, path } = await withMail(mail)
    const { text } = await get(path + query)
    expect(text).not.toMatch(/<script|<img|<i>/i)
    expect(text).toContain('&lt;script&gt;')
  })

  test('nor of the list, nor of what was searched', async () => {
    const { get } = await withMail(mail)
    for (const path of ['/', `/?${new URLSearchParams({ q: hostile })}`]) {
      const { text } = await get(path)
      expect(text).not.toMatch(/<script|<img/i)
      expect(text).toContain('&lt;script&gt;')
    }
  })

  test('and only web addresses in a text become links', async () => {
    const { get, path } = await withMail(mail)
    const { text } = await get(`${path}?part=text`)
    expect(text).toContain('href="https://news.example/confirm?a=1&amp;b=2"')
    expect(text).not.toContain('href="javascript:')
  })

  test.each(['/', '/inbox.css', '/nowhere'])('%s allows no script and no inline style', async (path) => {
    const { get } = await withMail()
    const { response, text } = await get(path)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|script-src/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(text).not.toMatch(/ style="/)
  })
})

describe('the HTML of a mail', () => {
  test('is shown in a sandbox, by the frame and by its own policy', async () => {
    const { get, path } = await withMail({ html: '<script>alert(1)</script><p>Hi</p>' })
    const page = await get(path)
    expect(page.text).toMatch(new RegExp(`<iframe[^>]* src="${path}/html"[^>]* sandbox="allow-popups allow-popups-to`))
    expect(page.text).not.toContain('allow-scripts')
    const { response, text } = await get(`${path}/html`)
    expect(text).toContain('<p>Hi</p>')
    const policies = response.headers.get('content-security-policy') ?? ''
    expect(policies).toContain('sandbox allow-popups allow-popups-to-escape-sandbox; ')
    expect(policies).toContain("default-src 'none'")
    expect(policies).not.toMatch(/allow-scripts|allow-same-origin|script-src|,/)
  })

  test.each([
    [
      '<!DOCTYPE html><html><head lang="en"><title>x</title>',
      '<!DOCTYPE html><html><head lang="en"><base target="_blank"><title>x</title>',
    ],
    ['<!doctype html>\n<p>x', '<!doctype html><base target="_blank">\n<p>x'],
    ['<header>x</header>', '<base target="_blank"><header>x</header>'],
  ])('opens links in a new tab: %j', async (html, expected) => {
    const { get, path } = await withMail({ html })
    expect((await get(`${path}/html`)).text).toBe(expected)
  })

  test('may be missing, and the text too', async () => {
    const { client, app } = await sandbox.start()
    const { html: _html, ...textOnly } = email()
    const { text: _text, ...htmlOnly } = email()
    const first = await client().emails.send(textOnly)
    const second = await client().emails.send(htmlOnly)
    expect((await app.request(`/inbox/${first.data?.id}/html`)).status).toBe(404)
    expect((await app.request(`/inbox/${second.data?.id}/text`)).status).toBe(404)
    expect(await (await app.request(`/inbox/${first.data?.id}`)).text()).toContain('<pre class="text">Hello')
  })
})

test('a mail shows its headers, tags, ids and events', async () => {
  const { get, path, id } = await withMail({
    headers: { 'List-Unsubscribe': '<https://news.example/u>' },
    tags: [{ name: 'message', value: 'm17' }],
  })
  const { text } = await get(`${path}?part=headers`)
  for (const part of ['List-Unsubscribe', '&lt;https://news.example/u&gt;', 'm17', id ?? '', 'email.delivered']) {
    expect(text).toContain(part)
  }
  expect((await get(`${path}/text`)).response.headers.get('content-type')).toMatch(/^text\/plain/)
})

test.each(['/inbox/nothing', '/inbox/5f0c2b52-8a5c-4f0e-9b57-3f0a2f3f9d10', '/inbox/5f0c2b52/html', '/nowhere'])(
  '%s is a page that leads back',
  async (path) => {
    const { app } = await sandbox.start()
    const response = await app.request(path)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('href="/"')
  },
)

test('looking changes nothing', async () => {
  const { get, path } = await withMail()
  const rows = () => Promise.all([sandbox.tables.selectFrom('emails').selectAll().execute()])
  const before = await rows()
  for (const address of ['/', path, `${path}/html`, `${path}/text`, '/inbox.json']) await get(address)
  expect(await rows()).toEqual(before)
})

test('preparing twice, and at the same time, does no harm', async () => {
  const { get } = await withMail()
  await Promise.all([prepareSandbox(sandbox.db), prepareSandbox(sandbox.db)])
  expect((await get('/')).text).toContain('1 mail')
})
