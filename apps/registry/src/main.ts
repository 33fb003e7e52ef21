/**
 * The program that `alk registry ...` starts. What it is made of is loaded after the compile cache is on: a start then takes half as long. The
 * only place here that touches the process.
 */
import { enableCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/**
 * Of each half of the young generation, in MiB: what a request leaves behind dies at once, and V8's own 16 MiB and more for each half are memory
 * that nobody gets anything for.
 */
const SEMI_SPACE_MIB = 4

if (import.meta.main) {
  enableCompileCache()
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MIB}`)
  setFlagsFromString('--semi-space-growth-factor=1')
  const { main } = await import('./program.ts')
  process.exitCode = await main(process.argv.slice(2), {
    write: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    readInput: async () => {
      const chunks: Buffer[] = []
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks).toString('utf8')
    },
    onStop: (stop) => {
      process.once('SIGTERM', stop)
      process.once('SIGINT', stop)
    },
    env: process.env,
    cwd: process.cwd(),
  })
}
