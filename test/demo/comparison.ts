/**
 * How long alk and pnpm take for the same project through the same registry, once each and in turns: enough to see that
 * they are of one kind. Who wants figures to rely on runs `npm run bench` on an idle machine.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { installers, scenarios } from '../bench/installers.ts'
import type { Installer, Scenario } from '../bench/installers.ts'
import type { Demo } from './demo.ts'
import { StepFailure } from './processes.ts'

const COMPARED = ['alk', 'pnpm']

/** The registry's address is in the `.npmrc` of the demo's home. */
export type Comparison = {
  readonly demo: Demo
  /** Whose package.json is installed, below the demo's folder. */
  readonly project: string
}

/** Lines of a table. */
export async function compareInstalls({ demo, project }: Comparison): Promise<readonly string[]> {
  const compared = installers.filter(({ name }) => COMPARED.includes(name))
  const rows = [`${''.padEnd(16)}${compared.map(({ name }) => name.padStart(9)).join('')}`]
  for (const scenario of scenarios.filter(({ adds }) => adds !== true)) {
    const cells: string[] = []
    for (const installer of compared) {
      prepare(demo, project, { installer, scenario })
      const seconds = await timedInstall(demo, installer)
      cells.push(`${seconds.toFixed(2)} s`.padStart(9))
    }
    rows.push(`${scenario.name.padEnd(16)}${cells.join('')}`)
  }
  return rows
}

function homeOf(demo: Demo, { name }: Installer): string {
  return path.join(demo.folder, `compare-${name}-home`)
}

function projectOf(demo: Demo, { name }: Installer): string {
  return path.join(demo.folder, `compare-${name}`)
}

type Turn = { readonly installer: Installer; readonly scenario: Scenario }

function prepare(demo: Demo, project: string, { installer, scenario: { keeps } }: Turn): void {
  const [folder, home] = [projectOf(demo, installer), homeOf(demo, installer)]
  if (!keeps.home) rmSync(home, { recursive: true, force: true })
  if (!keeps.modules) rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true })
  if (keeps.lockfile) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const manifest = JSON.parse(readFileSync(path.join(demo.folder, project, 'package.json'), 'utf8')) as object
  // pnpm's arguments say the same: neither waits until a version has been there for a day.
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ ...manifest, alkahest: { minimumReleaseAge: 0 } }, null, 2),
  )
}

async function timedInstall(demo: Demo, installer: Installer): Promise<number> {
  const home = homeOf(demo, installer)
  mkdirSync(home, { recursive: true })
  const npmrc = readFileSync(path.join(demo.folder, 'home', '.npmrc'), 'utf8')
  writeFileSync(path.join(home, '.npmrc'), npmrc)
  const words = [installer.program, ...installer.args(home)]
  const env = { ...demo.env, HOME: home, ALKAHEST_HOME: path.join(home, '.alkahest') }
  const start = performance.now()
  const { exitCode, output } = await demo.processes.run(words, { cwd: projectOf(demo, installer), env })
  const seconds = (performance.now() - start) / 1000
  if (demo.isClosing) throw new StepFailure('the demo was stopped')
  if (exitCode !== 0) throw new StepFailure(`${words.join(' ')} ended with exit code ${exitCode}:\n${output}`)
  return seconds
}
