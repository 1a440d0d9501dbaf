import { describe, expect, it } from 'vitest'
import { failureOf, outcomesOf } from '../../src/delivery/provider.ts'

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
  ])('is not believed when its counts do not add up: %s', (_, accepted, refused, count) => {
    expect(outcomesOf(accepted, refused, count)).toMatchObject({ kind: 'ambiguous' })
  })

  it.each([
    [null, 'application_error', { kind: 'ambiguous' }],
    [500, 'internal_server_error', { kind: 'ambiguous' }],
    [503, 'service_unavailable', { kind: 'ambiguous' }],
    [409, 'concurrent_idempotent_requests', { kind: 'ambiguous' }],
    [409, 'resource_locked', { kind: 'ambiguous' }],
    [409, 'invalid_idempotent_request', { kind: 'conflict' }],
    [429, 'rate_limit_exceeded', { kind: 'refused', remedy: 'later', retryAfterMs: 3_000 }],
    [429, 'daily_quota_exceeded', { kind: 'refused', remedy: 'halt' }],
    [429, 'monthly_quota_exceeded', { kind: 'refused', remedy: 'halt' }],
    [401, 'missing_api_key', { kind: 'refused', remedy: 'halt' }],
    [403, 'validation_error', { kind: 'refused', remedy: 'halt' }],
    [422, 'invalid_from_address', { kind: 'refused', remedy: 'halt' }],
    [400, 'invalid_idempotency_key', { kind: 'refused', remedy: 'halt' }],
    [451, 'security_error', { kind: 'refused', remedy: 'halt' }],
    [422, 'missing_required_field', { kind: 'refused', remedy: 'invalid' }],
    [400, 'validation_error', { kind: 'refused', remedy: 'invalid' }],
    [422, 'a_name_of_tomorrow', { kind: 'refused', remedy: 'invalid' }],
  ])('%s %s', (statusCode, name, expected) => {
    const error = { statusCode, name: name as 'application_error', message: 'why' }
    expect(failureOf(error, { 'retry-after': '3' })).toMatchObject(expected)
  })
})
