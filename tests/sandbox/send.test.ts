import { describe, expect, test } from 'vitest'
import { email, testSandbox } from './support.ts'

const sandbox = testSandbox()
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('a single mail', () => {
  test('is kept as it was given and can be read again', async () => {
    const { client, clock } = await sandbox.start()
    const resend = client()
    const headers = { 'List-Unsubscribe': '<https://news.example/u/1>' }
    const tags = [{ name: 'message', value: 'm-1_a' }]
    const sent = await resend.emails.send(
      email({ cc: 'Bob <bob@example.com>', replyTo: ['desk@news.example'], headers, tags, text: '' }),
    )
    expect(sent.error).toBeNull()
    expect(sent.data?.id).toMatch(uuid)

    const { data } = await resend.emails.get(sent.data?.id ?? '')
    expect(data).toMatchObject({
      object: 'email',
      id: sent.data?.id,
      from: 'Daily News <news@news.example>',
      to: ['ada@example.com'],
      cc: ['Bob <bob@example.com>'],
      bcc: null,
      reply_to: ['desk@news.example'],
      subject: 'Hello',
      html: '<p>Hello</p>',
      text: '',
      tags,
      last_event: 'delivered',
      created_at: clock.now().toISOString(),
    })
    expect(await sandbox.tables.selectFrom('emails').select('headers').execute()).toEqual([{ headers }])
  })

  test('is not shown to another key', async () => {
    const { client } = await sandbox.start()
    const { data } = await client('re_a').emails.send(email())
    const other = await client('re_b').emails.get(data?.id ?? '')
    expect(other.error).toMatchObject({ statusCode: 404, name: 'not_found' })
  })

  test('keeps what PostgreSQL cannot hold out of the way', async () => {
    const { client } = await sandbox.start()
    const resend = client()
    const { data, error } = await resend.emails.send(
      email({ subject: 'a\u0000b\ud800c', headers: { 'X-Odd': '\u0000\udfff' } }),
    )
    expect(error).toBeNull()
    expect((await resend.emails.get(data?.id ?? '')).data?.subject).toBe('a\ufffdb\ufffdc')
  })

  test('with an attachment is taken, and the attachment described', async () => {
    const { client } = await sandbox.start()
    const attachments = [{ filename: 'a.txt', content: Buffer.from('hello'), contentType: 'text/plain' }]
    expect((await client().emails.send(email({ attachments }))).error).toBeNull()
    expect(await sandbox.tables.selectFrom('emails').select('attachments').execute()).toEqual([
      { attachments: [{ filename: 'a.txt', contentType: 'text/plain', bytes: 5 }] },
    ])
  })
})

describe('a batch', () => {
  test('is answered with one id for each mail, in the order given', async () => {
    const { client } = await sandbox.start()
    const resend = client()
    const mails = Array.from({ length: 100 }, (_, index) => email({ to: `reader-${index}@example.com` }))
    const { data } = await resend.batch.send(mails)
    const ids = data?.data.map(({ id }) => id) ?? []
    expect(new Set(ids).size).toBe(100)
    const rows = await sandbox.tables.selectFrom('emails').select(['id', 'to']).orderBy('position').execute()
    expect(rows).toEqual(ids.map((id, index) => ({ id, to: [`reader-${index}@example.com`] })))
  })

  test('that is strict fails as a whole, and says which mail is at fault', async () => {
    const { client } = await sandbox.start()
    const { error } = await client().batch.send([email(), email({ to: 'nobody' })])
    expect(error).toMatchObject({ statusCode: 422, name: 'validation_error' })
    expect(error?.message).toMatch(/^\[1\] Invalid `to` field/)
    expect(await sandbox.tables.selectFrom('emails').selectAll().execute()).toEqual([])
  })

  test('that is permissive takes the valid mails and reports the others by index', async () => {
    const { client } = await sandbox.start()
    const resend = client()
    const { data } = await resend.batch.send(
      [email({ to: 'nobody' }), email({ subject: 'one' }), email({ subject: 'a\nb' }), email({ subject: 'three' })],
      { batchValidation: 'permissive' },
    )
    expect(data?.errors?.map(({ index }) => index)).toEqual([0, 2])
    const subjects = []
    for (const { id } of data?.data ?? []) subjects.push((await resend.emails.get(id)).data?.subject)
    expect(subjects).toEqual(['one', 'three'])
  })

  test('that is permissive and holds no valid mail is still answered', async () => {
    const { client } = await sandbox.start()
    const { data, error } = await client().batch.send([email({ to: 'nobody' })], { batchValidation: 'permissive' })
    expect(error).toBeNull()
    expect(data).toMatchObject({ data: [], errors: [{ index: 0 }] })
  })

  test.each([
    ['none', []],
    ['more than 100', Array.from({ length: 101 }, () => email())],
    ['an attachment', [{ ...email(), attachments: [{ filename: 'a', content: 'aGk=' }] }]],
  ])('with %s is refused', async (_what, mails) => {
    const { client } = await sandbox.start()
    const { error } = await client().batch.send(mails)
    expect(error).toMatchObject({ statusCode: 422, name: 'validation_error' })
    expect(await sandbox.tables.selectFrom('emails').selectAll().execute()).toEqual([])
  })

  test('of 100 mails of 40 KB is stored whole', async () => {
    const { client } = await sandbox.start()
    const story = '<tr><td style="padding:0 24px">What the council decided on Monday, and who pays for it</td></tr>'
    const mails = Array.from({ length: 100 }, (_, index) => email({ html: `${index}${story.repeat(430)}` }))
    expect((await client().batch.send(mails)).error).toBeNull()
    const stored = await sandbox.tables.selectFrom('emails').select('html').orderBy('position').execute()
    expect(stored.map(({ html }) => html)).toEqual(mails.map(({ html }) => html))
  })
})

test('the list goes from page to page, in both directions', async () => {
  const { client } = await sandbox.start()
  const resend = client()
  const sent = await resend.batch.send(Array.from({ length: 5 }, () => email()))
  const newestFirst = sent.data?.data.map(({ id }) => id).reverse() ?? []
  const ids = (page: Awaited<ReturnType<typeof resend.emails.list>>) => page.data?.data.map(({ id }) => id)

  const first = await resend.emails.list({ limit: 2 })
  expect(first.data).toMatchObject({ object: 'list', has_more: true })
  expect(ids(first)).toEqual(newestFirst.slice(0, 2))
  expect(ids(await resend.emails.list({ limit: 2, after: newestFirst[1] ?? '' }))).toEqual(newestFirst.slice(2, 4))
  expect(ids(await resend.emails.list({ limit: 2, before: newestFirst[4] ?? '' }))).toEqual(newestFirst.slice(2, 4))
  expect((await client('re_other').emails.list()).data?.data).toEqual([])
})

test('only so many mails are kept', async () => {
  const { client } = await sandbox.start({ keepAtMost: 3 })
  for (const subject of ['1', '2', '3', '4', '5']) await client().emails.send(email({ subject }))
  const rows = await sandbox.tables.selectFrom('emails').select('subject').orderBy('position').execute()
  expect(rows.map(({ subject }) => subject)).toEqual(['3', '4', '5'])
})
