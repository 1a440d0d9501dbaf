import { describe, expect, it } from 'vitest'
import { failureOf, limitsOf, outcomesOf } from '../../src/delivery/provider.ts'

describe("the provider's answer", () => {
  it('gives ids to the indexes that were not refused', () => {
    const outcome = outcomesOf([{ id: 'a' }, { id: 'b' }], [{ index: 1, message: 'bad address' }], 3)
    expect(outcome).toEqual({
      kind: 'accepted',
      messages: [{ providerId: 'a' }, { refusedBecause: 'bad address' }, { providerId: 'b' }],
    })
  })

  it.each([
    ['too few', [{ id: 'a' }], [], 2],
    ['too many', [{ id: 'a' }, { id: 'b' }], [], 1],
    ['an index outside', [{ id: 'a' }], [{ index: 2, message: '' }], 2],
    [
      'an index twice',
      [{ id: 'a' }],
      [
        { index: 0, message: '' },
        { index: 0, message: '' },
      ],
      3,
    ],
    ['no id', [{ id: '' }], [], 1],
    ['an id twice', [{ id: 'a' }, { id: 'a' }], [], 2],
    ['no list', 'accepted', [], 1],
    ['a list of nothing', [null], [], 1],
    ['an id of another type', [{ id: 7 }], [], 1],
    ['refusals that are none', [{ id: 'a' }], [null], 2],
    ['refusals in another form', [{ id: 'a' }], { index: 1 }, 1],
  ])('is not believed when its counts do not add up: %s', (_, accepted, refused, count) => {
    expect(outcomesOf(accepted, refused, count)).toMatchObject({ kind: 'ambiguous' })
  })

  const ambiguous = { kind: 'ambiguous' }
  const refused = (remedy: string) => ({ kind: 'refused', remedy })
  // Every name that https://resend.com/docs/api-reference/errors or the SDK's types know, with the status it comes with.
  it.each([
    [null, 'application_error', ambiguous],
    [408, 'request_timeout', ambiguous],
    [500, 'application_error', ambiguous],
    [500, 'internal_server_error', ambiguous],
    [502, 'application_error', ambiguous],
    [503, 'service_unavailable', ambiguous],
    [409, 'concurrent_idempotent_requests', ambiguous],
    [409, 'resource_locked', ambiguous],
    [409, 'invalid_idempotent_request', { kind: 'conflict' }],
    [429, 'rate_limit_exceeded', { ...refused('later'), retryAfterMs: 3_000 }],
    [429, 'daily_quota_exceeded', refused('daily_quota')],
    [429, 'monthly_quota_exceeded', refused('monthly_quota')],
    [401, 'missing_api_key', refused('halt')],
    [401, 'restricted_api_key', refused('halt')],
    [403, 'restricted_api_key', refused('halt')],
    [403, 'invalid_api_key', refused('halt')],
    [403, 'suspended_api_key', refused('halt')],
    [403, 'invalid_permission', refused('halt')],
    [403, 'email_above_quota', refused('halt')],
    [403, 'validation_error', refused('halt')],
    [404, 'not_found', refused('halt')],
    [405, 'method_not_allowed', refused('halt')],
    [422, 'invalid_access', refused('halt')],
    [422, 'invalid_region', refused('halt')],
    [422, 'invalid_from_address', refused('halt')],
    [400, 'invalid_idempotency_key', refused('halt')],
    [451, 'security_error', refused('halt')],
    [422, 'missing_required_field', refused('invalid')],
    [422, 'missing_required_parameter', refused('invalid')],
    [422, 'invalid_parameter', refused('invalid')],
    [422, 'invalid_attachment', refused('invalid')],
    [400, 'validation_error', refused('invalid')],
    [422, 'a_name_of_tomorrow', refused('invalid')],
  ])('%s %s', (statusCode, name, expected) => {
    const error = { statusCode, name: name as 'application_error', message: 'why' }
    expect(failureOf(error, { 'retry-after': '3' })).toMatchObject(expected)
  })

  it('says nothing that PostgreSQL cannot keep', () => {
    const error = { statusCode: 422, name: 'validation_error', message: 'a\0b\ud800' } as const
    expect(failureOf(error, null)).toMatchObject({ reason: '422 validation_error: a\ufffdb\ufffd' })
    expect(outcomesOf([{ id: 'a\0' }], [{ index: 1, message: '\0' }], 2)).toMatchObject({
      messages: [{ providerId: 'a\ufffd' }, { refusedBecause: '\ufffd' }],
    })
  })

  it('tells the limits, where it does', () => {
    const accepted = outcomesOf([{ id: 'a' }], [], 1)
    const headers = { 'ratelimit-limit': '10', 'x-resend-daily-quota': '99', 'x-resend-monthly-quota': '1200' }
    expect(limitsOf(accepted, headers)).toEqual({ requestsPerSecond: 10, dailyUsed: 99, monthlyUsed: 1200 })
    expect(limitsOf(accepted, { 'ratelimit-limit': 'many' })).toMatchObject({ requestsPerSecond: 0 })
    expect(limitsOf({ kind: 'ambiguous', reason: '502' }, {}).requestsPerSecond).toBeUndefined()
  })
})
