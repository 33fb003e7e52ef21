/** Cuts a stream of bytes into lines, with a limit: a worker that never ends a line must not fill our memory. */
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Longer lines are cut into pieces of this many UTF-16 units. */
const LINE_LENGTH_MAX = 64 * 1024

export function onLine(stream: Readable, receive: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) receive(line)
    for (; rest.length > LINE_LENGTH_MAX; rest = rest.slice(LINE_LENGTH_MAX)) receive(rest.slice(0, LINE_LENGTH_MAX))
  }
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)))
  stream.on('end', () => {
    take(decoder.end())
    if (rest !== '') receive(rest)
  })
}
