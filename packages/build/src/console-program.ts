/**
 * The program behind `alk console`: Node's own prompt, which completes, keeps its history and waits for `await`, taught
 * TypeScript, the project's exports and three helpers. Its one argument is a {@link ConsoleRequest} as JSON.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { Recoverable, start } from 'node:repl'
import type { REPLServer } from 'node:repl'
import { pathToFileURL } from 'node:url'
import { RESTART_EXIT_CODE } from './console-request.ts'
import type { ConsoleRequest } from './console-request.ts'
import { docsIn } from './docs-index.ts'
import { asDynamicImport } from './doctest/dynamic-import.ts'

/** The person's own start file, whose exports come to the prompt too. */
const START_FILE = '.alk_console.ts'
const HISTORY_FILE = 'node_modules/.cache/alkahest/console-history'

const HELP = `h(thing)      the docs of something, or of a name: h("greet")
recompile()   starts afresh with the code as it is now
.exit         leaves; Ctrl-D does too`

await main(JSON.parse(process.argv[2] ?? '{}') as ConsoleRequest)

async function main(request: ConsoleRequest): Promise<void> {
  const exports = await loadExports(request)
  const version = request.version === undefined ? '' : ` ${request.version}`
  process.stdout.write(
    `${request.name}${version} (${request.environment}), Node ${process.versions.node}. h() shows help.\n`,
  )
  const server = start({ prompt: `${request.name}> `, ignoreUndefined: true })
  teachTypeScript(server)
  Object.assign(server.context, exports, helpers(request, exports))
  const history = join(request.directory, HISTORY_FILE)
  mkdirSync(dirname(history), { recursive: true })
  server.setupHistory(history, (error) => {
    if (error !== null) process.stderr.write(`the history cannot be kept: ${error.message}\n`)
  })
  server.once('exit', () => process.exit())
}

/** What does not load is told, and the prompt comes all the same: it is where one looks for the reason. */
async function loadExports({ directory, entry }: ConsoleRequest): Promise<Record<string, unknown>> {
  const files = [
    ...(entry === undefined ? [] : [entry]),
    ...(existsSync(join(directory, START_FILE)) ? [START_FILE] : []),
  ]
  const exports: Record<string, unknown> = {}
  for (const file of files) {
    try {
      Object.assign(exports, await import(pathToFileURL(join(directory, file)).href))
    } catch (error) {
      process.stderr.write(
        `${file} could not be loaded: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      )
    }
  }
  return exports
}

function helpers(request: ConsoleRequest, exports: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    h(thing?: unknown): void {
      process.stdout.write(`${thing === undefined ? HELP : docsOf(request.directory, nameOf(thing, exports))}\n`)
    },
    recompile(): void {
      process.exit(RESTART_EXIT_CODE)
    },
  }
}

function nameOf(thing: unknown, exports: Readonly<Record<string, unknown>>): string {
  if (typeof thing === 'string') return thing
  const exported = Object.entries(exports).find(([, value]) => value === thing)?.[0]
  return exported ?? (typeof thing === 'function' ? thing.name : String(thing))
}

function docsOf(directory: string, name: string): string {
  const found = docsIn(directory).filter((doc) => doc.subject === name || doc.subject.endsWith(`.${name}`))
  if (found.length === 0) return `${name} has no docs in src`
  return found.map((doc) => `${doc.subject}\n\n${doc.text}\n\n${doc.file}:${doc.line}`).join('\n\n')
}

/** Types are stripped before Node's own evaluation, and imports become awaited ones: the rest is Node's. */
function teachTypeScript(server: REPLServer): void {
  const { eval: evaluate } = server
  const taught: REPLServer['eval'] = function taught(this: REPLServer, ...[code, context, file, callback]) {
    let script: string
    try {
      script = stripTypeScriptTypes(code.split('\n').map(asDynamicImport).join('\n'))
    } catch (error) {
      if (error instanceof Error && /<eof>|unexpected eof|unterminated/i.test(error.message))
        return callback(new Recoverable(error), undefined)
      script = code // not TypeScript on its own, such as {a: 1, b: 2}: Node knows what it means
    }
    evaluate.call(this, script, context, file, callback)
  }
  Object.assign(server, { eval: taught })
}
