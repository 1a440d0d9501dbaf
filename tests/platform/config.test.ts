import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/platform/config.ts'

const key = `k1:${btoa('x'.repeat(32))}`
const complete = {
  DATABASE_URL: 'postgres://user:hunter2@db.example/news',
  RESEND_API_KEY: 're_123',
  PUBLIC_URL: 'https://digest.example.com/',
  SIGNING_KEYS: key,
  MAIL_FROM: 'Daily News <digest@example.com>',
  POSTAL_ADDRESS: '1 Example Street, Exampletown',
}

describe('the environment', () => {
  it('may be empty: everything embedded', () => {
    expect(readConfig({ RESEND_API_KEY: '', DATABASE_URL: '  ' })).toMatchObject({
      databaseUrl: undefined,
      resend: undefined,
      publicUrl: 'http://localhost:3000',
      host: '127.0.0.1',
      port: 3000,
      allowPrivateFeeds: false,
    })
  })

  it('is taken as given where it is complete', () => {
    expect(readConfig(complete)).toMatchObject({
      databaseUrl: complete.DATABASE_URL,
      resend: { apiKey: 're_123', baseUrl: undefined },
      publicUrl: 'https://digest.example.com',
      mailFrom: 'Daily News <digest@example.com>',
      contactAddress: 'digest@example.com',
    })
  })

  it('says how signing up is guarded', () => {
    expect(readConfig({})).toMatchObject({
      confirmationsPerHour: 500,
      embedOrigins: [],
      turnstile: undefined,
      trustedProxies: ['127.0.0.0/8', '::1/128'],
    })
    expect(
      readConfig({
        CONFIRMATIONS_PER_HOUR: '2000',
        EMBED_ORIGINS: 'https://www.example.com, http://localhost:8080',
        TURNSTILE_SITE_KEY: '0x4AAA',
        TURNSTILE_SECRET: '0x4BBB',
        TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.7 2001:db8::1',
      }),
    ).toMatchObject({
      confirmationsPerHour: 2_000,
      embedOrigins: ['https://www.example.com', 'http://localhost:8080'],
      turnstile: { siteKey: '0x4AAA', secret: '0x4BBB' },
      trustedProxies: ['10.0.0.0/8', '192.0.2.7/32', '2001:db8::1/128'],
    })
  })

  it('limits the digests of the first days where it is told to', () => {
    expect(readConfig({ WARMUP: '200:42' }).warmUp).toEqual({ firstDay: 200, days: 42 })
    expect(readConfig({}).warmUp).toBeUndefined()
  })

  it('has mail to the service come to an example domain with the sandbox, and with a provider only where it names one', () => {
    const RESEND_WEBHOOK_SECRET = `whsec_${btoa('s'.repeat(24))}`
    expect(readConfig({}).inboundDomain).toBe('reply.newsmatro.example')
    expect(readConfig({ ...complete, RESEND_WEBHOOK_SECRET }).inboundDomain).toBeUndefined()
    const INBOUND_DOMAIN = 'Reply.Example.com'
    expect(readConfig({ ...complete, RESEND_WEBHOOK_SECRET, INBOUND_DOMAIN }).inboundDomain).toBe('reply.example.com')
    expect(() => readConfig({ ...complete, INBOUND_DOMAIN })).toThrow(
      /^INBOUND_DOMAIN is set but RESEND_WEBHOOK_SECRET is not/,
    )
  })

  it('may name several webhook secrets, for a rotation', () => {
    const [newer, older] = ['n', 'o'].map((letter) => `whsec_${btoa(letter.repeat(24))}`)
    expect(readConfig({ RESEND_WEBHOOK_SECRET: `${newer},\n${older},` }).webhookSecrets).toEqual([newer, older])
  })

  it('needs no more than a database and a key for a trial on the loopback interface', () => {
    const { DATABASE_URL, RESEND_API_KEY } = complete
    const trial = readConfig({ DATABASE_URL, RESEND_API_KEY, RESEND_BASE_URL: 'http://127.0.0.1:4000' })
    expect(trial.resend).toEqual({ apiKey: 're_123', baseUrl: 'http://127.0.0.1:4000' })
    expect(trial.signingKeys).toBeUndefined()
  })

  it.each(['PUBLIC_URL', 'SIGNING_KEYS', 'MAIL_FROM', 'POSTAL_ADDRESS'])(
    'must have %s once mail reaches people',
    (name) => {
      expect(() => readConfig({ ...complete, [name]: '' })).toThrow(new RegExp(`^${name} is not set: `))
    },
  )

  it.each([
    [{ DATABASE_URL: 'mysql://hunter2@db' }, /DATABASE_URL is not a postgres:\/\/ URL/],
    [{ PORT: 'http' }, /PORT is not a port/],
    [{ WARMUP: '200' }, /WARMUP is not a number of digests and a number of days, for example 200:42/],
    [{ WARMUP: '0:42' }, /WARMUP is not/],
    [{ INBOUND_DOMAIN: 'reply@example.com' }, /INBOUND_DOMAIN is not a domain/],
    [{ INBOUND_DOMAIN: `${'a.'.repeat(94)}com` }, /INBOUND_DOMAIN is not a domain/],
    [{ PORT: '65535' }, /PORT is above 65534/],
    [{ DATABASE_URL: 'postgres://127.0.0.1:99999/x' }, /DATABASE_URL is not a postgres/],
    [{ PUBLIC_URL: 'https://example.com/digest' }, /PUBLIC_URL has a path/],
    [{ PUBLIC_URL: 'digest.example.com' }, /PUBLIC_URL is not the http/],
    [{ PUBLIC_URL: 'http://digest.example.com' }, /PUBLIC_URL is not https/],
    [{ MAIL_FROM: 'News <digest@example.com>\r\nBcc: x@y.z' }, /MAIL_FROM is not a sender/],
    [{ MAIL_FROM: 'News' }, /MAIL_FROM is not a sender/],
    [{ RESEND_API_KEY: '', RESEND_BASE_URL: 'http://127.0.0.1:1' }, /RESEND_BASE_URL is set but RESEND_API_KEY is not/],
    [{ RESEND_WEBHOOK_SECRET: 'c2hvcnQ=' }, /RESEND_WEBHOOK_SECRET is not a signing secret: copy it/],
    [{ RESEND_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /RESEND_WEBHOOK_SECRET is not a signing secret/],
    [{ SIGNING_KEYS: 'k1:c2hvcnQ=' }, /entry 1: the key is not base64 of at least 32 bytes/],
    [{ SIGNING_KEYS: `${key},${key}` }, /entry 2: the key id k1 occurs twice/],
    [{ SIGNING_KEYS: 'justakey' }, /SIGNING_KEYS, entry 1/],
    [{ CONFIRMATIONS_PER_HOUR: '0' }, /CONFIRMATIONS_PER_HOUR is not a number of mails/],
    [{ EMBED_ORIGINS: 'https://www.example.com/' }, /EMBED_ORIGINS is not a list of origins: write them like/],
    [{ EMBED_ORIGINS: '*' }, /EMBED_ORIGINS is not/],
    [{ EMBED_ORIGINS: 'https://www.example.com,javascript:alert(1)' }, /EMBED_ORIGINS is not/],
    [{ TURNSTILE_SITE_KEY: '0x4AAA' }, /One of TURNSTILE_SITE_KEY and TURNSTILE_SECRET is set without the other/],
    [{ TURNSTILE_SECRET: '0x4 BBB', TURNSTILE_SITE_KEY: '0x4AAA' }, /TURNSTILE_SECRET is not a key/],
    [{ TRUSTED_PROXIES: '10.0.0.0/8,proxy' }, /TRUSTED_PROXIES is not a list of addresses or networks/],
    [{ TRUSTED_PROXIES: '10.0.0.0/99' }, /TRUSTED_PROXIES is not/],
    [{ ALLOW_PRIVATE_FEEDS: 'yes' }, /ALLOW_PRIVATE_FEEDS is neither true nor false/],
  ])('refuses nonsense and says what would do: %j', (change, message) => {
    expect(() => readConfig({ ...complete, ...change })).toThrow(message)
  })

  it('never repeats a value, which may be a secret', () => {
    const nonsense = Object.fromEntries(Object.keys(complete).map((name) => [name, 'hunter2 hunter2']))
    expect(() => readConfig(nonsense)).toThrow(expect.not.stringContaining('hunter2'))
  })
})
