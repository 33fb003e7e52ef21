/** What node:http can do at best: one body, compressed before, one ETag, nothing looked up. Its program is given a folder with them. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const folder = process.argv[2] ?? '.'
const packument = readFileSync(path.join(folder, 'packument.json.gz'))
const tarball = readFileSync(path.join(folder, 'package.tgz'))
const etag = '"bare"'

const server = createServer((request, response) => {
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag })
    response.end()
    return
  }
  const body = request.url === '/package.tgz' ? tarball : packument
  response.writeHead(200, { etag, 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as { port: number }).port })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
