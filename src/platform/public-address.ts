import ipaddr from 'ipaddr.js'

const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

/**
 * Whether an IP address is one that anybody on the internet can be reached at. Loopback, private, link-local, shared,
 * multicast and reserved ranges are not, nor is IPv6 that carries an IPv4 address elsewhere (NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast)
}

/**
 * Whether a URL's host may be public, as far as its spelling tells: false for an IP address that is not, and for
 * `localhost`. The names that pass still have to be resolved and checked where that is possible.
 */
export function mayBePublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (ipaddr.isValid(host)) return isPublicAddress(host)
  return host !== '' && host !== 'localhost' && !host.endsWith('.localhost')
}
