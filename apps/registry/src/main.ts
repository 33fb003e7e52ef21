/**
 * The program that `alk registry ...` starts. What it is made of is loaded after the compile cache is on: a start then takes half as long. The
 * only place here that touches the process.
 */
import { enableCompileCache } from 'node:module'

if (import.meta.main) {
  enableCompileCache()
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
