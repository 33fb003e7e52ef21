/** A program that opens connections, asks one question over each, and keeps them all until it is ended: `PORT COUNT`. Says when they stand. */
import net from 'node:net'

/** At once: a queue of the system's is as long. */
const OPENING_MAX = 100

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
const request = 'GET /-/ping HTTP/1.1\r\nhost: bench\r\n\r\n'

let left = count
await Promise.all(
  Array.from({ length: OPENING_MAX }, async () => {
    while (left-- > 0) await open()
  }),
)
process.stdout.write(`${JSON.stringify({ port })}\n`)

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request))
    socket.once('data', () => resolve())
    socket.once('error', reject)
  })
}
