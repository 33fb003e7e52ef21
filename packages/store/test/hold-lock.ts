/** A program that takes the lock of its argument, says so, and keeps it until it is killed. */
import { lockFile } from '../src/index.ts'

await lockFile(process.argv[2] ?? '', { mode: 'exclusive' })
process.stdout.write('locked\n')
setInterval(() => undefined, 1000)
