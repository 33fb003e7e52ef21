/** The commands that change which version runs: `upgrade`, `rollback`, and `releases`, which shows them. */
import { existsSync } from 'node:fs'
import { connectToRunning, findRunning, NotRunning } from './admin-client.ts'
import type { Environment } from './environment.ts'
import { EXIT_USAGE, Failure } from './failure.ts'
import { installArchive } from './install-archive.ts'
import { listVersions, makePermanent, readPointer, requireVersion } from './versions.ts'

/** `upgrade FILE|VERSION [--window MS]`: unpacks and checks the file, then moves the running release over to it. */
export async function upgrade(environment: Environment, rest: readonly string[]): Promise<number> {
  const { positional, windowMs } = readArguments('upgrade', rest)
  const [wanted] = positional
  if (wanted === undefined) throw new Failure('upgrade needs a tarball or a version that is here', EXIT_USAGE)
  const version = existsSync(wanted) ? await installArchive(environment, wanted) : wanted
  await moveTo(environment, version, windowMs)
  return 0
}

/** `rollback [VERSION] [--window MS]`: the same way back, to what ran before. */
export async function rollback(environment: Environment, rest: readonly string[]): Promise<number> {
  const { positional, windowMs } = readArguments('rollback', rest)
  const version = positional[0] ?? readPointer(environment.root, 'previous')
  if (version === undefined) throw new Failure('nothing ran before this version; say which one: rollback VERSION')
  await moveTo(environment, version, windowMs)
  return 0
}

/** Every version that is here, what starts, and what ran before. */
export async function listReleases(environment: Environment, rest: readonly string[]): Promise<number> {
  const current = readPointer(environment.root, 'current')
  const previous = readPointer(environment.root, 'previous')
  const versions = listVersions(environment.root).map((version) => ({
    version,
    current: version === current,
    previous: version === previous,
  }))
  const lines = versions.map(
    ({ version, ...is }) => `${version}${is.current ? '  current' : ''}${is.previous ? '  previous' : ''}`,
  )
  print(rest.includes('--json') ? JSON.stringify({ ok: true, versions }) : lines.join('\n'))
  return 0
}

async function moveTo(environment: Environment, version: string, windowMs: number | undefined): Promise<void> {
  const { root, name } = environment
  requireVersion(root, version)
  if (!isRunning(environment)) {
    const previous = readPointer(root, 'current') ?? version
    await makePermanent(root, { name, version, previous })
    print(`${name} ${version} is what starts next; it is not running now`)
    return
  }
  await using running = await connectToRunning(environment)
  const answer = await running.ask('upgrade', { version, ...(windowMs === undefined ? {} : { windowMs }) })
  print(`${name} ${String(answer.version)} runs, ${String(answer.previous)} ran before`)
}

function isRunning(environment: Environment): boolean {
  try {
    findRunning(environment)
    return true
  } catch (error) {
    if (error instanceof NotRunning) return false
    throw error
  }
}

function readArguments(
  command: string,
  rest: readonly string[],
): { readonly positional: readonly string[]; readonly windowMs: number | undefined } {
  const at = rest.indexOf('--window')
  const windowMs = at === -1 ? undefined : Number(rest[at + 1])
  if (windowMs !== undefined && !(windowMs >= 0))
    throw new Failure('--window needs a number of milliseconds', EXIT_USAGE)
  const positional = at === -1 ? rest : rest.toSpliced(at, 2)
  const unknown = positional.find((argument, index) => index > 0 || argument.startsWith('-'))
  if (unknown !== undefined) throw new Failure(`${command} does not know ${unknown}`, EXIT_USAGE)
  return { positional, windowMs }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
