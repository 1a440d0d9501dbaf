import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEdgeFetch } from '../src/platform/edge-fetch.ts'
import { type FetchUrl, FetchUrlError } from '../src/platform/fetch-url.ts'
import { createGuardedFetch, type Resolve } from '../src/platform/guarded-fetch.ts'
import { isPublicAddress, mayBePublicHost } from '../src/platform/public-address.ts'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const redirecting =
  (status: number, to: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { location: to }).end()

const get = (fetchUrl: FetchUrl, url: string, allowPrivate = true, headers: Record<string, string> = {}) =>
  fetchUrl(url, { headers, allowPrivate, signal: new AbortController().signal })

const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(FetchUrlError)
  return (error as FetchUrlError).message
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe.each([
  ['on Node', createGuardedFetch],
  ['at the edge', createEdgeFetch],
] as const)('fetching %s', (_where, create) => {
  it('gives status, headers and body, and sends what it was given, and no cookie', async () => {
    const seen: (string | string[] | undefined)[] = []
    const base = await serve((request, response) => {
      seen.push(request.headers['if-none-match'], request.headers['user-agent'], request.headers.cookie)
      response.writeHead(404, { etag: '"x"', 'set-cookie': 'a=b' }).end('gone')
    })
    await get(create(), `${base}/feed`)
    const result = await get(create(), `${base}/feed`, true, { 'if-none-match': 'W/"a b"' })
    expect(result).toMatchObject({ status: 404, finalUrl: `${base}/feed`, movedTo: null })
    expect(result.headers.get('etag')).toBe('"x"')
    expect(text(result.body)).toBe('gone')
    expect(seen.slice(3)).toEqual(['W/"a b"', expect.stringMatching(/^Newsmatro\//), undefined])
  })

  it('refuses what is not http or https, holds a password, or is no address', async () => {
    expect(await refusal(get(create(), 'file:///etc/passwd'))).toContain('http://')
    expect(await refusal(get(create(), 'data:text/xml,<rss/>'))).toContain('http://')
    expect(await refusal(get(create(), 'https://user:secret@example.com/'))).toMatch(/password(?!.*secret)/)
    expect(await refusal(get(create(), 'nonsense'))).toContain('not valid')
  })

  it.each([
    'http://127.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0/',
    'http://10.1.2.3/',
    'http://100.64.0.1/',
    'http://localhost/',
    'http://localhost./',
  ])('refuses %s unless private addresses are allowed', async (url) => {
    expect(await refusal(get(create(), url, false))).toContain('not a public address')
  })

  it('follows five redirects, not six', async () => {
    const base = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('here')
      else response.writeHead(302, { location: `/${left - 1}` }).end()
    })
    expect(await get(create(), `${base}/5`)).toMatchObject({ status: 200, finalUrl: `${base}/0`, movedTo: null })
    expect(await refusal(get(create(), `${base}/6`))).toContain('more than 5 times')
  })

  it('finds a circle of redirects', async () => {
    const base = await serve((request, response) =>
      response.writeHead(301, { location: request.url === '/a' ? '/b' : '/a' }).end(),
    )
    expect(await refusal(get(create(), `${base}/a`))).toContain('circle')
    const itself = await serve((_request, response) => response.writeHead(302, { location: '#again' }).end())
    expect(await refusal(get(create(), itself))).toContain('circle')
  })

  it('tells where an address has moved for good: as far as 301 and 308 lead', async () => {
    const base = await serve((request, response) => {
      const [status, location] = { '/a': [301, '/b'], '/b': [308, '/c'], '/c': [302, '/d'] }[request.url ?? ''] ?? [
        200,
        '',
      ]
      response.writeHead(Number(status), { location: String(location) }).end()
    })
    expect(await get(create(), `${base}/a`)).toMatchObject({ movedTo: `${base}/c`, finalUrl: `${base}/d` })
    expect(await get(create(), `${base}/c`)).toMatchObject({ movedTo: null })
  })

  it('refuses a redirect to another scheme', async () => {
    const base = await serve(redirecting(302, 'file:///etc/passwd'))
    expect(await refusal(get(create(), base))).toContain('http://')
  })

  it('stops at the size limit, also while an endless body arrives', async () => {
    let sent = 0
    const base = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x'))) sent += 16_384
      }
      response.on('drain', more)
      more()
    })
    expect(await refusal(get(create({ maximumBytes: 100_000 }), base))).toContain('larger than 0.1 MB')
    expect(sent).toBeLessThan(50_000_000)
  })

  it('stops at the size limit of what is decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    const base = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    const before = process.memoryUsage.rss()
    expect(await refusal(get(create(), base))).toContain('larger than 10 MB')
    expect(process.memoryUsage.rss() - before).toBeLessThan(120_000_000)
  })

  it('takes a body of exactly the limit', async () => {
    const base = await serve((_request, response) => response.end('x'.repeat(1000)))
    expect((await get(create({ maximumBytes: 1000 }), base)).body.length).toBe(1000)
  })

  it('gives up on a server that drips', async () => {
    const base = await serve((_request, response) => {
      response.write('<')
    })
    const message = await refusal(get(create({ totalTimeoutMs: 50 }), base))
    expect(message).toContain('did not answer in full within 0.05 seconds')
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const base = await serve(() => stop.abort())
    const promise = create()(base, { headers: {}, allowPrivate: true, signal: stop.signal })
    expect(await refusal(promise)).toContain('stopped')
  })

  it('has an empty body for a 304', async () => {
    const base = await serve((_request, response) => response.writeHead(304, { etag: '"x"' }).end())
    const result = await get(create(), base)
    expect(result.status).toBe(304)
    expect(result.body.length).toBe(0)
  })
})

describe('the guarded fetch', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('reads %s', async (encoding, compress) => {
    const base = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('hello')),
    )
    expect(text((await get(createGuardedFetch(), base)).body)).toBe('hello')
  })

  const resolvingTo =
    (...addresses: string[]): Resolve =>
    (_hostname, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )

  it('refuses a name if any of its addresses is not public, before it connects', async () => {
    const visited = vi.fn<RequestListener>((_request, response) => response.end())
    const { port } = new URL(await serve(visited))
    for (const addresses of [['127.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['::ffff:127.0.0.1'], ['fd00::1']]) {
      const fetchUrl = createGuardedFetch({}, resolvingTo(...addresses))
      expect(await refusal(get(fetchUrl, `http://feeds.example:${port}/`, false))).toBe(
        'feeds.example is not a public address: it lies on this machine or on a private network. Set ALLOW_PRIVATE_FEEDS=true if that is meant.',
      )
    }
    expect(visited).not.toHaveBeenCalled()
  })

  it('connects to the address it has checked, and looks a name up once a connection', async () => {
    const base = await serve((_request, response) => response.end('here'))
    const resolve = vi.fn(resolvingTo('127.0.0.1'))
    const fetchUrl = createGuardedFetch({}, resolve)
    const result = await get(fetchUrl, `http://feeds.example:${new URL(base).port}/`)
    expect(text(result.body)).toBe('here')
    expect(resolve).toHaveBeenCalledTimes(1)
  })

  it('checks each redirect: a public name must not lead inside', async () => {
    const inside = vi.fn<RequestListener>((_request, response) => response.end('secret'))
    const insideBase = await serve(inside)
    // Only the first hop is let through, as if its name had a public address.
    const base = await serve(redirecting(302, insideBase))
    const { port } = new URL(base)
    vi.resetModules()
    vi.doMock('../src/platform/public-address.ts', () => ({
      isPublicAddress: () => true,
      mayBePublicHost,
    }))
    const guarded = await import('../src/platform/guarded-fetch.ts')
    const fetchUrl = guarded.createGuardedFetch({}, resolvingTo('127.0.0.1'))
    await expect(get(fetchUrl, `http://feeds.example:${port}/`, false)).rejects.toThrow(
      '127.0.0.1 is not a public address',
    )
    vi.doUnmock('../src/platform/public-address.ts')
    expect(inside).not.toHaveBeenCalled()
  })

  it('says what is wrong in words an operator can act on', async () => {
    const refuse: Resolve = (_hostname, _options, done) => done(Object.assign(new Error(), { code: 'ENOTFOUND' }), [])
    expect(await refusal(get(createGuardedFetch({}, refuse), 'https://feeds.example/'))).toBe(
      'feeds.example could not be found: check how the address is spelled.',
    )
    const base = await serve((request) => request.socket.destroy())
    expect(await refusal(get(createGuardedFetch(), base))).toContain('broke off')
    const { port } = new URL(base)
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve))
    expect(await refusal(get(createGuardedFetch(), `http://127.0.0.1:${port}/`))).toContain('refused the connection')
    expect(await refusal(get(createGuardedFetch(), 'http://127.0.0.1:25/'))).toContain('port')
    const broken = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no'),
    )
    expect(await refusal(get(createGuardedFetch(), broken))).toContain('compression')
  })

  it('gives up on a connection that does not come about', async () => {
    const never: Resolve = () => {}
    const message = await refusal(get(createGuardedFetch({ connectTimeoutMs: 50 }, never), 'https://feeds.example/'))
    expect(message).toContain('could not be reached in time')
  })

  it('notices an answer that ends too early', async () => {
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('part')
      response.socket?.end()
    })
    expect(await refusal(get(createGuardedFetch(), base))).toContain('broke off')
  })
})

describe('a public address', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '5f00::1',
    'not an address',
    '',
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['8.8.8.8', '172.32.0.1', '::ffff:8.8.8.8', '2606:4700::1111'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it('is never one of IPv4 in a private range, however IPv6 wraps it', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(fc.constantFrom(10, 127, 0, 224, 240), byte, byte, byte, (...bytes) => {
        const dotted = bytes.join('.')
        for (const address of [dotted, `::ffff:${dotted}`, `::${dotted}`, `64:ff9b::${dotted}`]) {
          expect(isPublicAddress(address)).toBe(false)
        }
      }),
    )
  })
})
