import { describe, expect, test } from 'vitest'
import { testSandbox } from '../sandbox/support.ts'
import { monday } from '../support/context.ts'
import { type Call, ResendModel } from './resend-model.ts'

const sandbox = testSandbox()
const hourMs = 3_600_000

const mail = (message: number, to = `reader${message}@reader.example`) => ({
  from: 'Newsmatro <digest@newsmatro.example>',
  to: [to],
  subject: 'Today',
  html: '<p>Today</p>',
  text: 'Today',
  headers: { 'List-Unsubscribe': '<https://digest.example/unsubscribe/x>' },
  tags: [{ name: 'message', value: String(message) }],
})

type Asked = Omit<Call, 'body'> & { readonly at: number; readonly mails: unknown }

const single = (key: string, mails: unknown, at = 0): Asked => ({
  endpoint: 'emails',
  key,
  mails,
  at,
  isPermissive: false,
})
const batch = (key: string, mails: unknown, at = 0, isPermissive = true): Asked => ({
  endpoint: 'emails/batch',
  key,
  mails,
  at,
  isPermissive,
})

/** Statuses, error names, which of the mails were refused, and which answers were the same. */
async function both(calls: readonly Asked[]) {
  let made = 0
  const model = new ResendModel(() => `id ${++made}`)
  const { app, clock } = await sandbox.start()
  const told = { sandbox: [] as unknown[], model: [] as unknown[] }
  const seen = { sandbox: new Map<string, number>(), model: new Map<string, number>() }
  const describeAnswer = (who: 'sandbox' | 'model', status: number, answer: unknown) => {
    const { name, data, errors, id } = answer as {
      name?: string
      data?: { id: string }[]
      errors?: { index: number }[]
      id?: string
    }
    const numbered = (one: string) => {
      const known = seen[who].get(one) ?? seen[who].size
      seen[who].set(one, known)
      return known
    }
    told[who].push({
      status,
      name,
      ids: (data?.map((one) => one.id) ?? (id === undefined ? [] : [id])).map(numbered),
      refused: errors?.map(({ index }) => index),
    })
  }
  for (const { mails, at, ...call } of calls) {
    const body = JSON.stringify(mails)
    const answer = model.handle({ ...call, body }, monday.getTime() + at)
    describeAnswer('model', answer.status, answer.body)
    clock.set(new Date(monday.getTime() + at))
    const response = await app.request(`http://localhost/${call.endpoint}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer re_test',
        'user-agent': 'test',
        'idempotency-key': call.key,
        'x-batch-validation': call.isPermissive ? 'permissive' : 'strict',
      },
      body,
    })
    describeAnswer('sandbox', response.status, await response.json())
  }
  return told
}

describe('the model of the provider answers as the sandbox does', () => {
  test.each([
    ['one mail, and the same again', [single('a', mail(1)), single('a', mail(1))]],
    ['a batch, and the same again', [batch('a', [mail(1), mail(2)]), batch('a', [mail(1), mail(2)])]],
    ['the same key with other bytes', [batch('a', [mail(1)]), batch('a', [mail(2)])]],
    ['the same key at the other endpoint', [single('a', mail(1)), batch('a', [mail(2)])]],
    ['the same key just within its time', [single('a', mail(1)), single('a', mail(1), 24 * hourMs - 1)]],
    ['an address that is none', [single('a', mail(1, 'poison1@nowhere'))]],
    ['an address that is none, within a batch', [batch('a', [mail(1), mail(2, 'poison2@nowhere'), mail(3)])]],
    ['nothing but addresses that are none', [batch('a', [mail(2, 'poison2@nowhere')])]],
    ['a strict batch with an address that is none', [batch('a', [mail(1), mail(2, 'poison2@nowhere')], 0, false)]],
    ['a refused key, used again', [single('a', mail(1, 'poison1@nowhere')), single('a', mail(1))]],
  ])('%s', async (_, calls) => {
    const told = await both(calls)
    expect(told.model).toEqual(told.sandbox)
  })

  test('a key that is forgotten accepts once more, which the model does not let pass', async () => {
    const model = new ResendModel(() => crypto.randomUUID())
    const call: Call = { endpoint: 'emails', key: 'a', body: JSON.stringify(mail(1)), isPermissive: false }
    model.handle(call, 0)
    expect(() => model.handle(call, 24 * hourMs)).toThrow('1 once: a second mail is accepted for message 1')
  })
})
