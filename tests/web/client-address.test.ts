import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAddressOf } from '../../src/web/client-address.ts'

const loopback = ['127.0.0.0/8', '::1/128']

describe('where a request came from', () => {
  it.each([
    ['198.51.100.1', undefined, '198.51.100.1'],
    ['198.51.100.1', '192.0.2.7', '198.51.100.1'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '192.0.2.7', '192.0.2.7'],
    ['::ffff:127.0.0.1', '2001:db8::1', '2001:db8::1'],
    ['::1', '10.1.1.1, 192.0.2.7', '192.0.2.7'],
    ['127.0.0.1', '192.0.2.7, 127.0.0.2', '192.0.2.7'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '192.0.2.7, nonsense, 127.0.0.2', '127.0.0.2'],
    [undefined, '192.0.2.7', null],
  ])('peer %s, X-Forwarded-For %s: %s', (peer, forwardedFor, address) => {
    expect(clientAddressOf(peer, forwardedFor, loopback)).toBe(address)
  })

  it('may be behind several proxies, where their networks are named', () => {
    const networks = [...loopback, '10.0.0.0/8']
    expect(clientAddressOf('127.0.0.1', '203.0.113.9, 192.0.2.7, 10.2.3.4', networks)).toBe('192.0.2.7')
    expect(clientAddressOf('127.0.0.1', '192.0.2.7', [])).toBe('127.0.0.1')
  })

  it('is never what the client writes in front of what a proxy adds', () => {
    fc.assert(
      fc.property(fc.string(), fc.ipV4(), (written, real) => {
        fc.pre(!real.startsWith('127.'))
        expect(clientAddressOf('127.0.0.1', `${written}, ${real}`, loopback)).toBe(real)
      }),
    )
  })
})
