import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { type Branding, brandingOf, brandingSchema, missingForBranding } from './branding.ts'
import { PublicError } from './errors.ts'
import { parseSigningKeys, type SigningKeys } from './signing-keys.ts'
import { webhookKeyOf } from './webhook-signature.ts'

/** Digests on the first day, and for how many days the number is limited. */
export type WarmUp = { readonly firstDay: number; readonly days: number }

export type Config = {
  /** Unset: the embedded database in `dataFolder`. */
  readonly databaseUrl: string | undefined
  readonly dataFolder: string
  /** Unset: the sandbox. */
  /** Unset: the service begins a sandbox of its own, and then has it here. */
  readonly resend:
    | { readonly apiKey: string; readonly baseUrl: string | undefined; readonly isSandbox?: boolean }
    | undefined
  /** `whsec_…`, any of which may have signed an event. None: the sandbox makes one; with a provider, events are refused. */
  readonly webhookSecrets: readonly string[]
  /** Where readers reach the service, without a trailing slash. */
  readonly publicUrl: string
  /** Whose mail the provider receives for this service, in lower case. Unset: nothing can be done by mail. */
  readonly inboundDomain: string | undefined
  /** Unset: made once and kept in the database. */
  readonly signingKeys: SigningKeys | undefined
  readonly mailFrom: string
  /** The address within `mailFrom`. */
  readonly senderAddress: string
  /** Where mail to the publisher is read. */
  readonly contactAddress: string
  readonly postalAddress: string
  readonly branding: Branding
  /** Who runs the servers, where the runtime is a company's own. Unset: it cannot be known from here. */
  readonly serversBy: string | undefined
  readonly host: string
  readonly port: number
  readonly allowPrivateFeeds: boolean
  /** A digest that could not be planned in time is still planned when it is at most this late. */
  readonly maximumLateHours: number
  /** So many stories a digest shows at most; the others it counts. */
  readonly storiesPerDigest: number
  /** Confirmations that are asked for in an hour, by all readers together; then sign-ups are stopped for a while. */
  readonly confirmationsPerHour: number
  /** Origins whose pages may sign readers up with a form of their own. */
  readonly embedOrigins: readonly string[]
  /** Cloudflare Turnstile's keys. Unset: nobody has to show that they are a person. */
  readonly turnstile: { readonly siteKey: string; readonly secret: string } | undefined
  /** Networks, as CIDR, whose `X-Forwarded-For` is believed: those of the proxies in front of the service. */
  readonly trustedProxies: readonly string[]
  /** Unset: any number of digests a day. */
  readonly warmUp: WarmUp | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

const resendApiUrl = 'https://api.resend.com'
const exampleInboundDomain = 'reply.newsmatro.example'

/** `name@host` or `Name <name@host>`, on one line. */
const mailboxPattern = /^(?:[^<>\r\n"]{1,100}<([^\s<>@]{1,64}@[^\s<>@]{1,255})>|([^\s<>@]{1,64}@[^\s<>@]{1,255}))$/

const list = (text: string) => text.split(/[\s,]+/).filter((entry) => entry !== '')

const httpUrl = (what: string) =>
  z
    .url({ protocol: /^https?$/, error: `${what}, for example https://digest.example.com` })
    .transform((url) => url.replace(/\/+$/, ''))

const turnstileKey = z.string().regex(/^[\w.-]{1,100}$/, 'is not a key: copy it from the widget at dash.cloudflare.com')

const environmentSchema = z.object({
  DATABASE_URL: z
    .string()
    .refine(
      (url) => /^postgres(ql)?:\/\/\S+$/.test(url) && URL.canParse(url),
      'is not a postgres:// URL, for example postgres://user:password@host:5432/name',
    )
    .optional(),
  DATA_FOLDER: z.string().default('.data'),
  RESEND_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, 'is not a key: copy it from resend.com/api-keys, without spaces')
    .optional(),
  RESEND_BASE_URL: httpUrl('is not an http(s) URL').optional(),
  RESEND_WEBHOOK_SECRET: z
    .string()
    .transform(list)
    .refine(
      (secrets) => secrets.length > 0 && secrets.every((secret) => webhookKeyOf(secret) !== undefined),
      'is not a signing secret: copy it, with its whsec_, from the webhook at resend.com/webhooks; several with commas between',
    )
    .default([]),
  PUBLIC_URL: httpUrl('is not the http(s) URL at which readers reach this service')
    .refine(
      (url) => new URL(url).origin === url,
      'has a path: pages link to each other from the root, so give the origin alone',
    )
    .optional(),
  INBOUND_DOMAIN: z
    .string()
    .toLowerCase()
    .regex(
      // So short that an address of 64 octets and an @ before it stay below 254.
      /^(?=.{4,189}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
      'is not a domain, like reply.example.com: the one whose MX record leads to Resend',
    )
    .optional(),
  SIGNING_KEYS: z.string().optional(),
  MAIL_FROM: z
    .string()
    .regex(mailboxPattern, 'is not a sender: write it like Daily News <digest@example.com>')
    .optional(),
  POSTAL_ADDRESS: z
    .string()
    .min(5, 'is too short: every mail has to name a postal address (16 CFR 316, CASL s. 6)')
    .max(300)
    .optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port')
    .transform(Number)
    .refine((port) => port <= 65_534, 'is above 65534 (the sandbox takes the port after it)')
    .default(3000),
  ALLOW_PRIVATE_FEEDS: z
    .enum(['true', 'false'], 'is neither true nor false')
    .transform((text) => text === 'true')
    .default(false),
  MAX_LATE_HOURS: z
    .string()
    .regex(/^\d{1,3}$/, 'is not a whole number of hours')
    .transform(Number)
    .default(12),
  CONFIRMATIONS_PER_HOUR: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'is not a number of mails from 1 to 999999')
    .transform(Number)
    .default(500),
  EMBED_ORIGINS: z
    .string()
    .transform(list)
    .refine(
      (origins) => origins.every(isWebOrigin),
      'is not a list of origins: write them like https://www.example.com, without a path, several with commas between',
    )
    .default([]),
  TURNSTILE_SITE_KEY: turnstileKey.optional(),
  TURNSTILE_SECRET: turnstileKey.optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => list(text).map(asNetwork))
    .refine(
      (networks): networks is string[] => networks.every((network) => network !== undefined),
      'is not a list of addresses or networks, for example 10.0.0.0/8, with commas between',
    )
    .default(['127.0.0.0/8', '::1/128']),
  WARMUP: z
    .string()
    .regex(
      /^[1-9]\d{0,6}:[1-9]\d{0,2}$/,
      'is not a number of digests and a number of days, for example 200:42 (200 on the first day, limited for 42 days)',
    )
    .transform((text) => text.split(':').map(Number))
    .transform(([firstDay = 1, days = 1]): WarmUp => ({ firstDay, days }))
    .optional(),
  ...brandingSchema.shape,
})

/**
 * Reads and checks the environment; an empty variable counts as unset. Throws a {@link PublicError} that names every
 * variable at fault, why, and what would do. It never repeats a value, which may be a secret.
 */
export function readConfig(environment: Environment): Config {
  const given = Object.fromEntries(
    Object.keys(environmentSchema.shape)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    throw misconfigured(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`))
  }
  const env = parsed.data

  const missing: string[] = []
  if (env.RESEND_BASE_URL && !env.RESEND_API_KEY) {
    missing.push('RESEND_BASE_URL is set but RESEND_API_KEY is not: set the key, or unset the URL to use the sandbox.')
  }
  if (env.RESEND_API_KEY && reachesPeople(env.RESEND_BASE_URL ?? resendApiUrl)) {
    const purposes = {
      PUBLIC_URL: 'links in mails lead there',
      SIGNING_KEYS: 'links are signed with it; make one with: echo "k1:$(openssl rand -base64 32)"',
      MAIL_FROM: 'mail is sent from it, and its domain has to be verified at Resend',
      POSTAL_ADDRESS: 'the law wants it in every mail',
    } as const
    for (const [name, purpose] of Object.entries(purposes)) {
      if (!env[name as keyof typeof purposes]) missing.push(`${name} is not set: ${purpose}.`)
    }
    if (env.PUBLIC_URL && !env.PUBLIC_URL.startsWith('https://')) {
      missing.push('PUBLIC_URL is not https: one-click unsubscribe needs it (RFC 8058).')
    }
  }
  if ((env.TURNSTILE_SITE_KEY === undefined) !== (env.TURNSTILE_SECRET === undefined)) {
    missing.push(
      'One of TURNSTILE_SITE_KEY and TURNSTILE_SECRET is set without the other: copy both from the widget at dash.cloudflare.com, or unset both.',
    )
  }
  if (env.INBOUND_DOMAIN && env.RESEND_API_KEY && env.RESEND_WEBHOOK_SECRET.length === 0) {
    missing.push(
      'INBOUND_DOMAIN is set but RESEND_WEBHOOK_SECRET is not: mail to it would be lost. Set the secret, or unset the domain.',
    )
  }
  missing.push(...missingForBranding(env))
  if (missing.length > 0) throw misconfigured(missing)

  const mailFrom = env.MAIL_FROM ?? 'Newsmatro <digest@newsmatro.example>'
  const mailbox = mailboxPattern.exec(mailFrom)
  const senderAddress = mailbox?.[1] ?? mailbox?.[2] ?? mailFrom
  return {
    databaseUrl: env.DATABASE_URL,
    dataFolder: env.DATA_FOLDER,
    resend: env.RESEND_API_KEY ? { apiKey: env.RESEND_API_KEY, baseUrl: env.RESEND_BASE_URL } : undefined,
    webhookSecrets: env.RESEND_WEBHOOK_SECRET,
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    inboundDomain: env.INBOUND_DOMAIN ?? (env.RESEND_API_KEY ? undefined : exampleInboundDomain),
    signingKeys: env.SIGNING_KEYS ? parseSigningKeys(env.SIGNING_KEYS) : undefined,
    mailFrom,
    senderAddress,
    contactAddress: env.CONTACT_ADDRESS ?? senderAddress,
    postalAddress: env.POSTAL_ADDRESS ?? 'Newsmatro, 1 Example Street, Exampletown',
    branding: brandingOf(env),
    serversBy: undefined,
    host: env.HOST,
    port: env.PORT,
    allowPrivateFeeds: env.ALLOW_PRIVATE_FEEDS,
    maximumLateHours: env.MAX_LATE_HOURS,
    storiesPerDigest: env.STORIES_PER_DIGEST,
    confirmationsPerHour: env.CONFIRMATIONS_PER_HOUR,
    embedOrigins: env.EMBED_ORIGINS,
    turnstile:
      env.TURNSTILE_SITE_KEY && env.TURNSTILE_SECRET
        ? { siteKey: env.TURNSTILE_SITE_KEY, secret: env.TURNSTILE_SECRET }
        : undefined,
    trustedProxies: env.TRUSTED_PROXIES,
    warmUp: env.WARMUP,
  }
}

function isWebOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** An address or a network as CIDR; undefined where it is neither. */
function asNetwork(text: string): string | undefined {
  if (ipaddr.isValidCIDR(text)) return text
  return ipaddr.isValid(text) ? `${text}/${ipaddr.parse(text).kind() === 'ipv4' ? 32 : 128}` : undefined
}

/** Whether mail given to this API can leave the machine. A look-alike on the loopback interface is a trial. */
function reachesPeople(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl)
  return !(
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\./.test(hostname)
  )
}

function misconfigured(problems: string[]): PublicError {
  return new PublicError('misconfigured', problems.join(' '))
}
