/** Addresses that a token is limited to: single ones and CIDR ranges, of both families. */
import { BlockList, isIP } from 'node:net'

/** Whether the address is in one of the ranges; no ranges allow every address. */
export function allowsAddress(ranges: readonly string[], address: string): boolean {
  return ranges.length === 0 || addressTest(ranges)(address)
}

/** The test whether an address is in one of the ranges, for who asks often. */
export function addressTest(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) addRange(list, range)
  return (address) => {
    // IPv4 that came in over an IPv6 socket.
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * Who is asking: the socket's address, or, when that is a trusted proxy's, the last one in `X-Forwarded-For` that is no trusted proxy's. What stands
 * before it anybody may have written: it says nothing.
 */
export function clientAddress(
  { socket, forwardedFor }: { readonly socket: string; readonly forwardedFor: string | undefined },
  isProxy: (address: string) => boolean,
): string {
  let address = socket
  const forwarded = forwardedFor === undefined ? [] : forwardedFor.split(',').map((part) => part.trim())
  while (isProxy(address)) {
    const before = forwarded.pop()
    if (before === undefined || isIP(before) === 0) return address
    address = before
  }
  return address
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
