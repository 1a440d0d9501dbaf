import ipaddr from 'ipaddr.js'

/**
 * Where a request came from: the other end of the connection, or, where that is a trusted proxy, who it says its other end
 * was (`X-Forwarded-For`), and so on from the right. What a client writes into that header itself is never believed.
 */
export function clientAddressOf(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string | null {
  const networks = trustedProxies.map((network) => ipaddr.parseCIDR(network))
  const isProxy = (address: string) => networks.some((network) => isWithin(address, network))
  const hops = [...(forwardedFor?.split(',').map((hop) => hop.trim()) ?? []), peer ?? '']
  let nearest: string | null = null
  for (const hop of hops.reverse()) {
    if (!ipaddr.isValid(hop)) break
    nearest = ipaddr.process(hop).toString()
    if (!isProxy(nearest)) break
  }
  return nearest
}

function isWithin(address: string, [network, bits]: ReturnType<typeof ipaddr.parseCIDR>): boolean {
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && parsed.match(network, bits)
  return network instanceof ipaddr.IPv6 && parsed.match(network, bits)
}
