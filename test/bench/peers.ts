/** The peers that the npm registry has as programs, fetched into the bench's own folder; who cannot be had is left out and named. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'

type Peer = { readonly program: string; readonly package: string; readonly version: string; readonly file: string }

/**
 * Exact versions, so that two tables can be compared, and the packages that hold the programs themselves: those that are
 * called bun and deno fetch them in a script.
 */
function peersOfThisMachine(): readonly Peer[] {
  const { platform, arch } = process
  const bunArch = arch === 'arm64' ? 'aarch64' : arch
  const libc = platform === 'linux' ? '-glibc' : ''
  return [
    { program: 'bun', package: `@oven/bun-${platform}-${bunArch}`, version: '1.4.5', file: 'bin/bun' },
    { program: 'deno', package: `@deno/${platform}-${arch}${libc}`, version: '2.9.6', file: 'deno' },
    { program: 'yarn', package: '@yarnpkg/cli-dist', version: '4.18.1', file: 'bin/yarn.js' },
  ]
}

export type Peers = {
  /** The folder with the programs, for the PATH. */
  readonly bin: string
  /** Why a program is not there, by its name. */
  readonly absent: ReadonlyMap<string, string>
}

/** @param programs those that are wanted; what is no package of this list is expected on the PATH already */
export function fetchPeers(folder: string, programs: ReadonlySet<string>): Peers {
  const bin = path.join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const absent = new Map<string, string>()
  const own = peersOfThisMachine()
  for (const peer of own) {
    if (!programs.has(peer.program)) continue
    const id = `${peer.package}@${peer.version}`
    const prefix = path.join(folder, peer.program)
    mkdirSync(prefix)
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefix', prefix]
    spawnSync('npm', ['install', ...options, id], { stdio: 'ignore' })
    const program = path.join(prefix, 'node_modules', peer.package, peer.file)
    if (existsSync(program)) symlinkSync(program, path.join(bin, peer.program))
    else absent.set(peer.program, `${id} cannot be installed from npm's registry`)
  }
  for (const program of programs) {
    if (own.some((peer) => peer.program === program)) continue
    if (spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0)
      absent.set(program, 'it is not on the PATH')
  }
  return { bin, absent }
}
