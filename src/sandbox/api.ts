// Resend's API, as far as a sender of transactional mail needs it: https://resend.com/docs/api-reference
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type Acceptance, acceptEmails } from './accept-emails.ts'
import { ApiError } from './api-error.ts'
import { applyFaults } from './apply-faults.ts'
import { type ApiEnv, authenticate } from './authenticate.ts'
import { sha256, uuidOf } from './bytes.ts'
import { type Cursor, findEmail, listEmails } from './find-emails.ts'
import { type KeyRequest, releaseKey, reserveKey } from './idempotency.ts'
import type { Sandbox } from './options.ts'
import { listedEmail, shownEmail } from './present-email.ts'
import type { Email } from './read-email.ts'
import { readBatch, readSingle } from './read-request.ts'
import { findReceived, shownReceived } from './received.ts'
import type { Answer } from './tables.ts'

const maximumBodyBytes = 40 * 1024 * 1024
const maximumKeyLength = 256

/** The routes below `/emails`. Refusals are thrown as {@link ApiError}. */
export function createApi(sandbox: Sandbox): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>()
  const limitBody = bodyLimit({
    maxSize: maximumBodyBytes,
    onError: () => {
      throw new ApiError('validation_error', 'The request body is larger than 40 MB.', 413)
    },
  })
  api.use(authenticate(sandbox))
  const plannedFaults = applyFaults(sandbox)

  api.post('/', limitBody, plannedFaults, (c) =>
    accept(sandbox, c, (body) => {
      const emails = withIds(sandbox, [readSingle(body)])
      return { emails, answer: { id: emails[0]?.id } }
    }),
  )
  api.post('/batch', limitBody, plannedFaults, (c) =>
    accept(sandbox, c, (body) => {
      const isPermissive = readValidation(c) === 'permissive'
      const batch = readBatch(body, isPermissive ? 'permissive' : 'strict')
      const emails = withIds(sandbox, batch.emails)
      const data = emails.map(({ id }) => ({ id }))
      return { emails, answer: isPermissive ? { data, errors: batch.errors } : { data } }
    }),
  )
  api.get('/', async (c) => {
    const team = c.get('team')
    const page = await listEmails(sandbox.db, { team }, { limit: readLimit(c), cursor: await readCursor(sandbox, c) })
    return c.json({ object: 'list', has_more: page.hasOlder, data: page.emails.map(listedEmail) })
  })
  api.all('/', () => refuseMethod())
  api.all('/batch', () => refuseMethod())
  api.get('/receiving/:id', async (c) => {
    const mail = await findReceived(sandbox.db, c.req.param('id'))
    if (!mail) throw new ApiError('not_found', 'Email not found')
    return c.json(shownReceived(mail))
  })
  api.all('/receiving/:id', () => refuseMethod())
  api.get('/:id', async (c) => {
    const email = await findEmail(sandbox.db, c.req.param('id'), c.get('team'))
    if (!email) throw new ApiError('not_found', 'Email not found')
    return c.json(shownEmail(email))
  })
  api.all('/:id', () => refuseMethod())
  return api
}

type Reading = { readonly emails: Acceptance['emails']; readonly answer: Answer }

async function accept(sandbox: Sandbox, c: Context<ApiEnv>, read: (body: string) => Reading): Promise<Response> {
  const key = readKey(c)
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  const { emails, answer } = read(new TextDecoder().decode(bytes))
  const team = c.get('team')
  const fateOf = c.get('fateOf')
  const limits = { quotas: sandbox.quotas, keepAtMost: sandbox.keepAtMost }

  if (key === undefined) {
    await acceptEmails(sandbox.db, sandbox.clock, { team, emails, answer, claim: undefined, fateOf }, limits)
  } else {
    const claim: KeyRequest = {
      team,
      endpoint: `${c.req.method} ${c.req.path}`,
      key,
      bodyHash: await sha256(bytes),
      claim: uuidOf(sandbox.random(16)),
    }
    const earlier = await reserve(sandbox, claim)
    if (earlier) return c.json(earlier)
    try {
      await acceptEmails(sandbox.db, sandbox.clock, { team, emails, answer, claim, fateOf }, limits)
    } catch (error) {
      await releaseKey(sandbox.db, claim)
      throw error
    }
  }
  sandbox.afterAccepting()
  return c.json(answer)
}

/** The answer given earlier; undefined when the key is now reserved for this request. */
async function reserve(sandbox: Sandbox, claim: KeyRequest): Promise<Answer | undefined> {
  const reservation = await reserveKey(sandbox.db, sandbox.clock, claim)
  switch (reservation.outcome) {
    case 'reserved':
      return undefined
    case 'answered':
      return reservation.answer
    case 'other_body':
      throw new ApiError(
        'invalid_idempotent_request',
        'This idempotency key has been used on a request that had a different payload. Use another key, or the payload of the first request.',
      )
    case 'in_flight':
      throw new ApiError(
        'concurrent_idempotent_requests',
        'Another request with the same idempotency key is in progress. Try again when it has ended.',
      )
  }
}

const withIds = (sandbox: Sandbox, emails: Email[]) =>
  emails.map((email) => ({ ...email, id: uuidOf(sandbox.random(16)) }))

function readKey(c: Context): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key !== undefined && (key.length === 0 || key.length > maximumKeyLength)) {
    throw new ApiError('invalid_idempotency_key', `The key must be between 1 and ${maximumKeyLength} characters.`)
  }
  return key
}

function readValidation(c: Context): 'strict' | 'permissive' {
  const validation = c.req.header('x-batch-validation') ?? 'strict'
  if (validation !== 'strict' && validation !== 'permissive') {
    throw new ApiError('invalid_parameter', 'The `x-batch-validation` header must be `strict` or `permissive`.')
  }
  return validation
}

function readLimit(c: Context): number {
  const text = c.req.query('limit') ?? '20'
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > 100) throw new ApiError('invalid_parameter', 'The `limit` must be between 1 and 100.')
  return limit
}

async function readCursor(sandbox: Sandbox, c: Context<ApiEnv>): Promise<Cursor | undefined> {
  const after = c.req.query('after')
  const id = after ?? c.req.query('before')
  if (id === undefined) return undefined
  const email = await findEmail(sandbox.db, id, c.get('team'))
  if (!email) throw new ApiError('invalid_parameter', 'The cursor must be the `id` of an email.')
  return { direction: after === undefined ? 'newer' : 'older', position: email.position }
}

function refuseMethod(): never {
  throw new ApiError('method_not_allowed', 'Method is not allowed for the requested path')
}
