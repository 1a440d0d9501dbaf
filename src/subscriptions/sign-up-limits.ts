// How often may be signed up, from one place and with one address: sliding windows that all processes share. What is counted
// is kept as a keyed hash, and for no longer than it counts.
import ipaddr from 'ipaddr.js'
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { type ForgetOptions, forgetOlder } from '../platform/database/forget-older.ts'
import { PublicError } from '../platform/errors.ts'
import { keyedHash } from '../platform/signed-token.ts'
import type { Address } from './address.ts'

/** Many share a place: an office, a school, the customers of a mobile network. Far fewer than a bomber needs. */
const mostFromPlace = 20
/** More than anyone needs who mistypes the rest of the form; how many mails follow has limits of its own. */
const mostWithAddress = 5

const windowMinutes = 60

/** Counts one that is not a sign-up, but may cause a mail all the same: by its place only. Throws as {@link countTry} does. */
export async function countTryFrom(context: Context, ip: string | null): Promise<void> {
  const place = placeOf(ip)
  if (place !== undefined) await take(context, `place ${place}`, mostFromPlace)
}

/**
 * Counts a sign-up by mail. Nobody can be told from where one is, and From can be forged, so all of them together have a fifth
 * of what an hour sees: they must not close the form to everyone. Throws as {@link countTry} does.
 */
export async function countTryByMail(context: Context): Promise<void> {
  await take(context, 'mail', Math.max(mostFromPlace, Math.floor(context.config.confirmationsPerHour / 5)))
}

/**
 * Counts a try, whether or not the address is known. Throws `too_many_requests` with the seconds to wait when there were 20
 * in the last hour from its place or 5 with its address; what is refused does not count.
 */
export async function countTry(context: Context, ip: string | null, address: Address): Promise<void> {
  await countTryFrom(context, ip)
  await take(context, `address ${address.key}`, mostWithAddress)
}

/**
 * What tries are counted by: an IPv4 address, or the /64 of an IPv6 one, which is what a single customer has. Undefined where
 * it is not known: the loopback interface stands for whatever is in front of it.
 */
export function placeOf(ip: string | null): string | undefined {
  if (ip === null || !ipaddr.isValid(ip)) return undefined
  const address = ipaddr.process(ip)
  if (address.range() === 'loopback') return undefined
  if (address instanceof ipaddr.IPv4) return address.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${new ipaddr.IPv6(address.parts)}/64`)}/64`
}

/** One statement decides: the row's lock makes tries at the same moment count each other. */
async function take(context: Context, what: string, most: number): Promise<void> {
  const bucket = keyedHash(context.keys, context.keys.newestId, 'sign-up', what)
  const now = context.clock.sqlNow
  const start = (time: ReturnType<typeof sql>) => sql`${time} - make_interval(mins => ${windowMinutes})`
  const counting = sql`array(select tried from unnest(t.tried_at) as tried where tried > ${start(sql`excluded.last_tried_at`)})`
  const { numAffectedRows } = await sql`
    insert into sign_up_tries as t (bucket, tried_at, last_tried_at)
    select ${bucket}::bytea, array[time], time from (select ${now}::timestamptz(3) as time) as now
    on conflict (bucket) do update set tried_at = ${counting} || excluded.tried_at, last_tried_at = excluded.last_tried_at
    where cardinality(${counting}) < ${most}`.execute(context.db)
  if (numAffectedRows === 1n) return
  const { rows } = await sql<{ seconds: number | null }>`
    select ceil(extract(epoch from min(tried) - (${start(now)})))::integer as seconds
    from sign_up_tries, unnest(tried_at) as tried where bucket = ${bucket} and tried > ${start(now)}`.execute(
    context.db,
  )
  throw tooMany(Math.max(1, rows[0]?.seconds ?? 1))
}

function tooMany(retryAfterSeconds: number): PublicError {
  return new PublicError(
    'too_many_requests',
    `There were too many tries in the last hour, from where you are or with this address. Please try again ${inMinutes(retryAfterSeconds)}.`,
    { retryAfterSeconds },
  )
}

/** `in a minute`, `in 12 minutes`: rounded up. */
export function inMinutes(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 1 ? 'in a minute' : `in ${minutes} minutes`
}

const tries = { table: 'sign_up_tries', key: 'bucket', time: 'last_tried_at' } as const

/** Forgets the tries that no longer count. Returns how many places and addresses they were of. */
export async function forgetTries(context: Context, options: ForgetOptions): Promise<{ forgotten: number }> {
  return { forgotten: await forgetOlder(context, tries, `${windowMinutes} minutes`, options) }
}
