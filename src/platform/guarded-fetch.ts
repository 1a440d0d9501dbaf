import { type LookupAddress, lookup } from 'node:dns'
import { Agent, fetch } from 'undici'
import { type FetchUrl, FetchUrlError } from './fetch-url.ts'
import { defaultFetchLimits, type FetchLimits, fetchWithinLimits, privateAddress } from './fetch-within-limits.ts'
import { isPublicAddress } from './public-address.ts'

/** Every address of a name, in the order to try them. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Node's {@link FetchUrl}. Unless private addresses are allowed, every address that a name resolves to must be public,
 * and the connection goes to the addresses that were checked: a name cannot change its mind in between.
 */
export function createGuardedFetch(limits: Partial<FetchLimits> = {}, resolve: Resolve = lookup): FetchUrl {
  const { connectTimeoutMs: timeout, ...rest } = { ...defaultFetchLimits, ...limits }
  const anywhere = new Agent({ allowH2: false, connect: { timeout, lookup: lookupThrough(resolve, () => true) } })
  const publicOnly = new Agent({
    allowH2: false,
    connect: { timeout, lookup: lookupThrough(resolve, isPublicAddress) },
  })
  return fetchWithinLimits(
    async (url, { headers, signal, allowPrivate }) => {
      const response = await fetch(url, {
        headers: { 'accept-encoding': 'gzip, deflate, br', ...headers },
        signal,
        redirect: 'manual',
        credentials: 'omit',
        dispatcher: allowPrivate ? anywhere : publicOnly,
      })
      return { status: response.status, headers: new Headers([...response.headers]), body: response.body }
    },
    { connectTimeoutMs: timeout, ...rest },
    describeFailure,
  )
}

type NetLookup = (
  hostname: string,
  options: { all?: boolean | undefined },
  done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
) => void

function lookupThrough(resolve: Resolve, isAllowed: (address: string) => boolean): NetLookup {
  return (hostname, options, done) =>
    resolve(hostname, { all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return done(error ?? new Error('no address'), [])
      if (!addresses.every(({ address }) => isAllowed(address))) return done(privateAddress(hostname), [])
      return options.all ? done(null, addresses) : done(null, first.address, first.family)
    })
}

/** Error code → what to tell the operator, with the host in front. */
const failures: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|ENODATA)$/, 'could not be found: check how the address is spelled.'],
  [/^EAI_AGAIN$/, 'could not be looked up: the name service does not answer; it is tried again later.'],
  [/^ECONNREFUSED$/, 'refused the connection: it may be down; it is tried again later.'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'could not be reached in time: it may be down; it is tried again later.'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'cannot be reached from here: check the network of this machine.'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/, 'has no valid certificate: the publisher has to mend it.'],
  [
    /^(Z_|ERR_ZLIB|ERR__?BROTLI|ERR_BROTLI)/,
    'sent an answer whose compression is broken: the publisher has to mend it.',
  ],
  [/^HPE_|^UND_ERR_HEADERS_OVERFLOW/, 'did not answer in HTTP: check the address and its port.'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'broke off before its answer was complete; it is tried again later.'],
]

function describeFailure(error: unknown, host: string): string {
  for (const cause of causes(error)) {
    if (cause instanceof FetchUrlError) return cause.message
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
    const known = code === undefined ? undefined : failures.find(([pattern]) => pattern.test(code))
    if (known) return `${host} ${known[1]}`
    if (cause.message === 'bad port')
      return `${host} is addressed at a port that is not for the web: check the address.`
  }
  return `${host} could not be fetched: check that the address opens in a browser.`
}

function* causes(error: unknown): Generator<Error> {
  for (let depth = 0, current = error; depth < 5 && current instanceof Error; depth++, current = current.cause) {
    yield current
    if (current instanceof AggregateError) yield* current.errors.filter((each) => each instanceof Error)
  }
}
