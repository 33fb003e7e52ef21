/**
 * `npm run demo`: Alkahest from an empty folder to a running release, with the packed command, its own registry, real
 * packages and unmodified npm and pnpm. Everything happens in a temporary folder; nothing is left running, also after
 * Ctrl-C or a failure.
 */
import { constants } from 'node:os'
import process from 'node:process'
import { openDemo } from './demo.ts'
import type { Demo } from './demo.ts'
import { DEMO_USAGE, parseDemoOptions } from './options.ts'
import type { DemoOptions } from './options.ts'
import { StepFailure } from './processes.ts'
import { createScreen } from './screen.ts'
import { steps } from './steps.ts'

const screen = createScreen(process.stdout)
const options = parseDemoOptions(process.argv.slice(2))

if (options === 'help') {
  process.stdout.write(DEMO_USAGE)
} else if ('complaint' in options) {
  process.stderr.write(`${options.complaint}\n\n${DEMO_USAGE}`)
  process.exitCode = 2
} else {
  process.exitCode = await runDemo(options)
}

async function runDemo(chosen: DemoOptions): Promise<number> {
  const demo = await openDemo(chosen, screen)
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<number>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      screen.line(`\n${signal}: stopping everything`)
      interrupt(128 + constants.signals[signal])
    })
  }
  // Whatever breaks the demo itself must not leave its registry running either.
  process.once('uncaughtException', (error) => {
    screen.line(`\nThe demo itself failed: ${error.stack ?? error.message}`)
    interrupt(1)
  })
  const exitCode = await Promise.race([runSteps(demo), interrupted])
  await demo.close()
  process.exit(exitCode) // a step that was interrupted is still waiting for something
}

async function runSteps(demo: Demo): Promise<number> {
  try {
    for (const [index, step] of steps(demo).entries()) {
      await screen.step(`${index + 1}. ${step.title}`, step.run)
    }
  } catch (error) {
    if (demo.isClosing) return 1
    const text = error instanceof StepFailure ? error.message : String(error instanceof Error ? error.stack : error)
    screen.line(`\nThis step failed: ${text}`)
    return 1
  }
  screen.table()
  return 0
}
