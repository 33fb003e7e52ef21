/** Addresses that a token is limited to: single ones and CIDR ranges, of both families. */
import { BlockList, isIP } from 'node:net'

/** Whether the address is in one of the ranges; no ranges allow every address. */
export function allowsAddress(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0) return true
  const list = new BlockList()
  for (const range of ranges) addRange(list, range)
  // IPv4 that came in over an IPv6 socket.
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** Whether the text is an address or a CIDR range. */
export function isAddressRange(range: string): boolean {
  const [address = '', bits, more] = range.split('/')
  const family = isIP(address)
  const width = bits === undefined ? 0 : Number(bits)
  return (
    family !== 0 &&
    more === undefined &&
    (bits === undefined || /^\d{1,3}$/.test(bits)) &&
    width <= (family === 6 ? 128 : 32)
  )
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits] = range.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(bits), family)
}
