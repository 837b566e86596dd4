import ipaddr from 'ipaddr.js'

/** Public by its range, and yet it answers machines of one cloud with their secrets. */
const METADATA = new Set(['168.63.129.16'])
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/** Whether an IP address belongs to the public internet. Everything special is not: private, loopback, link-local, shared (CGNAT),
 *  multicast, reserved, and IPv6 addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo), whichever it is. */
export function isPublicAddress(address: string): boolean {
  // With a zone (`fe80::1%eth0`) it is one of this machine's links.
  if (!ipaddr.isValid(address) || address.includes('%')) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast' || METADATA.has(address)) return false
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(GLOBAL_IPV6)
}
