/**
 * `npm run demo`: Alkahest from an empty folder to a running release, with the packed command, its own registry, real
 * packages and unmodified npm and pnpm. Everything happens in a temporary folder; nothing is left running, also after
 * Ctrl-C or a failure.
 */
import process from 'node:process'
import { openDemo } from './demo.ts'
import { parseDemoOptions } from './options.ts'
import { StepFailure } from './processes.ts'
import { createScreen } from './screen.ts'
import { steps } from './steps.ts'

const screen = createScreen(process.stdout)
const options = parseDemoOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(options)
  process.exitCode = 2
} else {
  process.exitCode = await runDemo()
}

async function runDemo(): Promise<number> {
  if (typeof options === 'string') return 2
  const demo = await openDemo(options, screen)
  const interrupt = (signal: NodeJS.Signals): void => {
    screen.line(`\n${signal}: stopping everything`)
    void demo.close().then(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt)
  try {
    for (const [index, step] of steps(demo).entries()) {
      await screen.step(`${index + 1}. ${step.title}`, step.run)
    }
    screen.table()
    return 0
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    screen.line(`\nThis step failed: ${error.message}`)
    return 1
  } finally {
    await demo.close()
  }
}
