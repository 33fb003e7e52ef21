/** A program that installs the world `after` and says in one line what went wrong. Arguments: root, store. */
import { UserError } from '@alkahest/core'
import { openStore } from '@alkahest/store'
import { after } from './example-worlds.ts'
import { installWorld } from './worlds.ts'

const [root = '', directory = ''] = process.argv.slice(2)
await using store = openStore({ directory, concurrency: 0 })
try {
  await installWorld(after, { root, store })
} catch (cause) {
  const text = cause instanceof UserError ? `${cause.code} ${cause.message}` : String(cause)
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
