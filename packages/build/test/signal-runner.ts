/** A program for run-program.test.ts: runs a child that waits for SIGTERM, and tells its exit code on stdout. */
import { runProgram } from '../src/run-program.ts'

const script = `
  process.on('SIGTERM', () => { console.log('asked to stop'); process.exit(9) })
  setInterval(() => {}, 1000)
  console.log('ready')
`
const exitCode = await runProgram(
  { program: process.execPath, args: ['-e', script], cwd: '/', env: {} },
  { output: 'stderr' },
)
process.stdout.write(`${JSON.stringify({ exitCode })}\n`)
