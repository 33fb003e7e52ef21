/** The demo's stage: its folder, its environment, its registry, and how its commands are run and shown. */
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DemoOptions } from './options.ts'
import { StepFailure, createProcesses } from './processes.ts'
import type { Ended, Processes } from './processes.ts'
import type { Screen } from './screen.ts'

export type RunningRegistry = { readonly url: string; readonly pid: number; readonly child: ChildProcess }

export type Demo = {
  readonly options: DemoOptions
  readonly screen: Screen
  readonly processes: Processes
  /** The repository. */
  readonly root: string
  /** Of this demo alone; gone afterwards. */
  readonly folder: string
  /** What every command of the demo sees: nothing of the user's npm configuration, a home folder of its own. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Runs a command, shows it and what it printed; throws a StepFailure unless it ends as expected (0). */
  readonly command: (words: readonly string[], options?: CommandOptions) => Promise<Ended>
  readonly startRegistry: () => Promise<RunningRegistry>
  /** What fails from then on fails because of it. */
  readonly isClosing: boolean
  readonly close: () => Promise<void>
}

export type CommandOptions = {
  /** Relative to the demo's folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  /** Default 0. */
  readonly expect?: number
  /** The same as a person would type it. */
  readonly shown?: string
}

/** How long the registry may take to say that it is ready. */
const READY_MS = 20_000

export async function openDemo(options: DemoOptions, screen: Screen): Promise<Demo> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'alkahest-demo-')))
  const home = path.join(folder, 'home')
  mkdirSync(home)
  screen.line(`Everything happens in ${folder}, called $DEMO below; nothing else is touched.`)
  const root = path.resolve(import.meta.dirname, '..', '..')
  const processes = createProcesses()
  const env = demoEnvironment(home, path.join(folder, 'prefix', 'bin'))
  let closing: Promise<void> | undefined
  const demo: Demo = {
    options,
    screen,
    processes,
    root,
    folder,
    env,
    command: async (words, commandOptions = {}) => runCommand(demo, words, commandOptions),
    startRegistry: async () => startRegistry(demo),
    get isClosing() {
      return closing !== undefined
    },
    close: async () => {
      closing ??= close(demo)
      return closing
    },
  }
  return demo
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./^~-]+$/.test(word)) return word
  return word.includes("'") ? `"${word}"` : `'${word}'`
}

async function close({ processes, options, screen, folder }: Demo): Promise<void> {
  await processes.stopAll()
  if (options.keep) screen.line(`\nEverything is still in ${folder}`)
  else {
    screen.line('\nRemoving the folder')
    await rm(folder, { recursive: true, force: true })
  }
}

/** npm hands its own settings to what it runs (`npm_config_*`): the demo's clients must find only those of its home. */
function demoEnvironment(home: string, commandFolder: string): Demo['env'] {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|pnpm_|XDG_|ALKAHEST_|ALK_|NODE_OPTIONS$|INIT_CWD$|PNPM_HOME$|CI$)/i.test(name),
  )
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    ALKAHEST_HOME: path.join(home, '.alkahest'),
    // npm and Node would otherwise keep compiled code in the system's temporary folder, for ever.
    NODE_COMPILE_CACHE: path.join(home, 'compiled'),
    PATH: `${commandFolder}${path.delimiter}${process.env.PATH ?? ''}`,
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
  }
}

async function runCommand(demo: Demo, words: readonly string[], options: CommandOptions): Promise<Ended> {
  const { screen, processes, folder } = demo
  const cwd = path.join(folder, options.cwd ?? '')
  const shown = options.shown ?? words.map((word) => quoted(word)).join(' ')
  screen.command(`${options.cwd === undefined ? '' : `cd ${options.cwd} && `}${shown.replaceAll(folder, '$DEMO')}`)
  const ended = await processes.run(words, {
    cwd,
    env: options.env ?? demo.env,
    ...(options.input === undefined ? {} : { input: options.input }),
  })
  const isExpected = ended.exitCode === (options.expect ?? 0)
  if (demo.isClosing) throw new StepFailure('the demo was stopped')
  screen.output(ended.output.replaceAll(folder, '$DEMO'))
  if (!isExpected) throw new StepFailure(`${shown} ended with exit code ${ended.exitCode}`)
  return ended
}

/**
 * The registry runs with the user's own environment: its upstream is what npm is configured for on this machine,
 * with the proxies, certificates and tokens that belong to it.
 */
async function startRegistry({ processes, folder, screen, env }: Demo): Promise<RunningRegistry> {
  const words = ['alk', 'registry', 'serve', '--port', '0', '--data', path.join(folder, 'registry'), '--json']
  screen.command(words.join(' ').replaceAll(folder, '$DEMO'))
  const { promise: ready, resolve, reject } = Promise.withResolvers<RunningRegistry>()
  let text = ''
  const child = processes.start(
    words,
    {
      cwd: folder,
      env: {
        ...process.env,
        PATH: env.PATH,
        ALKAHEST_HOME: env.ALKAHEST_HOME,
        NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE,
      },
    },
    (chunk) => {
      text += chunk
      const document = text
        .split('\n')
        .map(readyDocument)
        .find((found) => found !== undefined)
      if (document !== undefined) resolve({ ...document, child })
    },
  )
  child.on('exit', (code) => reject(new StepFailure(`the registry ended with ${code}:\n${text}`)))
  const timer = setTimeout(
    () => reject(new StepFailure(`the registry was not ready after ${READY_MS} ms:\n${text}`)),
    READY_MS,
  )
  const registry = await ready.finally(() => clearTimeout(timer))
  screen.output(`${registry.url} (process ${registry.pid}, access log in $DEMO/registry/access.log)`)
  return registry
}

function readyDocument(line: string): { readonly url: string; readonly pid: number } | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const { ok, url, pid } = JSON.parse(line) as { ok?: unknown; url?: unknown; pid?: unknown }
    return ok === true && typeof url === 'string' && typeof pid === 'number' ? { url, pid } : undefined
  } catch {
    return undefined // half a line: the rest is on its way
  }
}
