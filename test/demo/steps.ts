/** The steps of the demo in their order: what a person would type, and what they would look at. */
import { lstatSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../../packages/release/src/load.ts'
import { compareInstalls } from './comparison.ts'
import type { Demo, RunningRegistry } from './demo.ts'
import { StepFailure } from './processes.ts'
import type { StepResult } from './screen.ts'

export type Step = { readonly title: string; readonly run: () => Promise<StepResult> }

const SCOPE = '@alkahest-demo'
const LIBRARY = `${SCOPE}/greeting`
const APP = 'hello'

/** What the clients of other makers run, to see that the library works for them. */
const GREET = `import('${LIBRARY}').then(({ greet }) => console.log(greet('Ada')))`

/** https://github.com/nisabmohd/Aria-Docs/issues/42: a theme library from before React 19, in a project that has it. */
const CONFLICT = { 'next-themes': '^0.3.0', react: '^19.1.0' }

/** How a suggestion reads. */
const SUGGESTION = /^hint: in package\.json, ask for (\S+) (\S+) instead of /m

const NEXT_VERSION = '0.2.0'

/** How long a version must stay healthy before it is permanent, in milliseconds. */
const HEALTH_WINDOW_MS = '1000'

/** Requests a second, with the generator of `alk release prove`: sent at their times, never twice. */
const LOADS = [
  { kind: 'keep-alive', rate: 100 },
  { kind: 'close', rate: 100 },
  { kind: 'slow upload', rate: 10 },
] as const

/** A booted release must answer within this time. */
const BOOT_MS = 20_000
const POLL_MS = 100

export function steps(demo: Demo): readonly Step[] {
  const stage: Stage = { demo, registry: undefined, release: undefined, running: undefined }
  return [
    { title: 'Pack the command and install it with npm', run: () => installCommand(demo) },
    { title: 'Start a registry', run: () => startRegistry(stage) },
    { title: 'Make the first account and claim a scope', run: () => makeAccount(stage) },
    { title: 'Make a library', run: () => makeProject(demo, { folder: 'greeting', template: 'lib', name: LIBRARY }) },
    { title: 'Make an app', run: () => makeProject(demo, { folder: APP, template: 'app', name: APP }) },
    { title: 'Install what the library needs', run: () => install(demo, 'greeting') },
    { title: 'Compile, test, format and lint the library', run: () => build(demo, 'greeting') },
    { title: 'Publish the library', run: () => publish(demo) },
    { title: 'Install what the app needs, with the library', run: () => installApp(demo) },
    { title: 'Compile, test, format and lint the app', run: () => build(demo, APP) },
    { title: 'Install the library with npm', run: () => installWithNpm(demo) },
    { title: 'Install the library with pnpm', run: () => installWithPnpm(demo) },
    { title: 'Compare installs of the app with pnpm', run: () => compare(demo) },
    { title: 'Have a peer conflict explained, and do what is suggested', run: () => explainConflict(demo) },
    { title: 'Build a release of the app', run: () => release(stage) },
    { title: 'Boot the release in an empty folder', run: () => boot(stage) },
    { title: 'Stop the registry', run: () => stopRegistry(stage) },
    { title: 'Build a release of the next version', run: () => releaseNext(stage) },
    { title: 'Upgrade and roll back under load', run: () => upgradeUnderLoad(stage) },
  ]
}

type Stage = {
  readonly demo: Demo
  registry: RunningRegistry | undefined
  /** The newest tarball. */
  release: string | undefined
  running: RunningRelease | undefined
}

async function installCommand(demo: Demo): Promise<StepResult> {
  await demo.command([process.execPath, path.join(demo.root, 'test', 'pack', 'main.ts')], { shown: 'npm run pack' })
  const tarball = path.join(demo.root, 'dist', 'alkahest.tgz')
  const prefix = path.join(demo.folder, 'prefix')
  mkdirSync(prefix)
  await demo.command(['npm', 'install', '--global', '--offline', '--prefix', prefix, tarball], {
    shown: 'npm install --global --offline --prefix $DEMO/prefix dist/alkahest.tgz',
  })
  await demo.command(['alk', '--version'])
  return { size: statSync(tarball).size }
}

async function startRegistry(stage: Stage): Promise<StepResult> {
  const registry = await stage.demo.startRegistry()
  stage.registry = registry
  writeFileSync(path.join(stage.demo.folder, 'home', '.npmrc'), `registry=${registry.url.replace(/\/?$/, '/')}\n`)
  stage.demo.screen.output('~/.npmrc of this demo names it as the registry: for alk, npm and pnpm alike')
  return {}
}

async function makeAccount({ demo }: Stage): Promise<StepResult> {
  const password = 'correct horse battery staple'
  await demo.command(['alk', 'login', '--username', 'ada', '--email', 'ada@example.com', '--password-stdin'], {
    input: password,
  })
  await demo.command(['alk', 'whoami'])
  await demo.command(['alk', 'registry', 'claim', SCOPE, '--data', path.join(demo.folder, 'registry')])
  return {}
}

type Scaffold = { readonly folder: string; readonly template: string; readonly name: string }

async function makeProject(demo: Demo, { folder, template, name }: Scaffold): Promise<StepResult> {
  await demo.command(['alk', 'new', folder, '--template', template, '--name', name])
  return { size: sizeOf(path.join(demo.folder, folder)) }
}

async function install(demo: Demo, cwd: string): Promise<StepResult> {
  await demo.command(['alk', 'install'], { cwd })
  return { size: sizeOf(path.join(demo.folder, cwd, 'node_modules')) }
}

async function build(demo: Demo, cwd: string): Promise<StepResult> {
  await demo.command(['alk', 'compile'], { cwd })
  await demo.command(['alk', 'test'], { cwd })
  await demo.command(['alk', 'format', '--check'], { cwd })
  await demo.command(['alk', 'lint'], { cwd })
  return { size: sizeOf(path.join(demo.folder, cwd, 'dist')) }
}

async function publish(demo: Demo): Promise<StepResult> {
  await demo.command(['alk', 'publish'], { cwd: 'greeting' })
  return {}
}

async function installApp(demo: Demo): Promise<StepResult> {
  const result = await install(demo, APP)
  await demo.command(['alk', 'add', LIBRARY, ...demo.options.with], { cwd: APP })
  await demo.command(['alk', 'why', LIBRARY], { cwd: APP })
  return { size: Math.max(result.size ?? 0, sizeOf(path.join(demo.folder, APP, 'node_modules'))) }
}

async function installWithNpm(demo: Demo): Promise<StepResult> {
  return installElsewhere(demo, {
    folder: 'npm-consumer',
    words: ['npm', 'install', '--no-audit', '--no-fund', LIBRARY],
  })
}

/** pnpm holds back what is younger than a day, whoever published it; this is younger than a minute. */
async function installWithPnpm(demo: Demo): Promise<StepResult> {
  return installElsewhere(demo, {
    folder: 'pnpm-consumer',
    words: ['pnpm', 'add', '--config.minimumReleaseAge=0', LIBRARY],
  })
}

async function installElsewhere(
  demo: Demo,
  { folder, words }: { readonly folder: string; readonly words: readonly string[] },
): Promise<StepResult> {
  writeProject(demo, folder, { name: folder, version: '1.0.0', private: true })
  await demo.command(words, { cwd: folder })
  const { stdout } = await demo.command(['node', '--eval', GREET], { cwd: folder })
  if (!stdout.includes('Hello, Ada!')) throw new StepFailure(`${LIBRARY} does not greet in ${folder}`)
  return { size: sizeOf(path.join(demo.folder, folder, 'node_modules')) }
}

async function compare(demo: Demo): Promise<StepResult> {
  demo.screen.output((await compareInstalls({ demo, project: APP })).join('\n'))
  return { note: 'each once; npm run bench measures' }
}

async function explainConflict(demo: Demo): Promise<StepResult> {
  const manifest = {
    name: 'conflict',
    version: '1.0.0',
    private: true,
    alkahest: { peers: 'error' },
    dependencies: CONFLICT,
  }
  writeProject(demo, 'conflict', manifest)
  demo.screen.output(JSON.stringify(manifest))
  const { output } = await demo.command(['alk', 'install'], { cwd: 'conflict', expect: 1 })
  const [, name, range] = SUGGESTION.exec(output) ?? []
  if (name === undefined || range === undefined) throw new StepFailure('nothing was suggested against the conflict')
  await demo.command(['alk', 'add', `${name}@${range}`], { cwd: 'conflict' })
  await demo.command(['alk', 'peers'], { cwd: 'conflict' })
  return { note: 'refused, and said why; what it suggested installs' }
}

async function release(stage: Stage): Promise<StepResult> {
  const { demo } = stage
  await demo.command(['alk', 'release'], { cwd: APP })
  const folder = path.join(demo.folder, APP, 'build', 'release')
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tar.gz'))
  const newest = tarballs.toSorted().at(-1)
  if (newest === undefined) throw new StepFailure(`no .tar.gz is in ${folder}`)
  stage.release = path.join(folder, newest)
  return { size: statSync(stage.release).size, note: newest }
}

/** The registry is gone by now: everything is in the store, and release.lock says which Node. */
async function releaseNext(stage: Stage): Promise<StepResult> {
  const file = path.join(stage.demo.folder, APP, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, `${JSON.stringify({ ...manifest, version: NEXT_VERSION }, null, 2)}\n`)
  stage.demo.screen.output(`package.json of the app says ${NEXT_VERSION} now`)
  return release(stage)
}

/** With a PATH that knows neither Node nor alk nor anything else of this demo. */
function bareEnvironment({ folder }: Demo): Readonly<Record<string, string>> {
  return { PATH: '/usr/bin:/bin', HOME: path.join(folder, 'home') }
}

async function boot(stage: Stage): Promise<StepResult> {
  const { demo, release: tarball = '' } = stage
  const bare = bareEnvironment(demo)
  mkdirSync(path.join(demo.folder, 'empty'))
  await demo.command(['tar', '-xzf', tarball], { cwd: 'empty', env: bare })
  await demo.command([`bin/${APP}`, 'version'], { cwd: 'empty', env: bare })
  await demo.command([`bin/${APP}`, 'eval', GREET], { cwd: 'empty', env: bare })
  demo.screen.command(`cd empty && MESSAGE='${demo.options.message}' PORT=0 bin/${APP} start`)
  const running = await startRelease(demo, { ...bare, HOST: '127.0.0.1', PORT: '0', MESSAGE: demo.options.message })
  stage.running = running
  const answer = await fetch(running.url)
  const text = await answer.text()
  demo.screen.command(`curl ${running.url}`)
  demo.screen.output(text)
  if (!answer.ok || (JSON.parse(text) as { message?: unknown }).message !== demo.options.message) {
    throw new StepFailure(`the release answered ${answer.status} ${text}`)
  }
  return { size: sizeOf(path.join(demo.folder, 'empty')), note: `answered ${text}` }
}

type RunningRelease = { readonly child: ChildProcess; readonly url: string }

async function startRelease(demo: Demo, env: Readonly<Record<string, string>>): Promise<RunningRelease> {
  let output = ''
  const child = demo.processes.start(
    [`bin/${APP}`, 'start'],
    { cwd: path.join(demo.folder, 'empty'), env },
    (chunk) => {
      output += chunk
    },
  )
  for (let waited = 0; waited < BOOT_MS; waited += POLL_MS) {
    const url = /Server listening at (http:\/\/[^"\s]+)/.exec(output)?.[1]
    if (url !== undefined) return { child, url }
    if (child.exitCode !== null) break
    await sleep(POLL_MS)
  }
  demo.screen.output(output)
  throw new StepFailure('the release did not boot')
}

/** What nobody may notice: every request must be answered, each exactly once. */
async function upgradeUnderLoad({ demo, release: tarball = '', running }: Stage): Promise<StepResult> {
  if (running === undefined) throw new StepFailure('there is no release to upgrade')
  const port = Number(new URL(running.url).port)
  demo.screen.output(LOADS.map(({ kind, rate }) => `load: ${rate} requests a second, ${kind}`).join('\n'))
  const loads = LOADS.map((load) => startLoad({ ...load, port, path: '/' }))
  const command = async (...words: readonly string[]): Promise<void> => {
    const options = { cwd: 'empty', env: bareEnvironment(demo) }
    await demo.command([`bin/${APP}`, ...words], options)
  }
  const moves = async (): Promise<void> => {
    await command('upgrade', tarball, '--window', HEALTH_WINDOW_MS)
    await command('rollback', '--window', HEALTH_WINDOW_MS)
  }
  const [moved] = await Promise.allSettled([moves()])
  const reports = await Promise.all(loads.map((load) => load.stop()))
  for (const { kind, sent, succeeded, failures, versions } of reports) {
    const reasons = Object.entries(failures).map(([reason, count]) => `, ${count} times ${reason}`)
    const answered = versions.length === 0 ? '' : `, answered by ${versions.join(' and ')}`
    demo.screen.output(`${kind}: ${sent} sent, ${sent - succeeded} failed${reasons.join('')}${answered}`)
  }
  if (moved.status === 'rejected') throw moved.reason
  await command('stop')
  const sent = reports.reduce((sum, report) => sum + report.sent, 0)
  const failed = reports.reduce((sum, report) => sum + report.sent - report.succeeded, 0)
  const versions = [...new Set(reports.flatMap((report) => report.versions))].toSorted()
  if (failed > 0) throw new StepFailure(`${failed} of ${sent} requests failed`)
  if (!versions.includes(NEXT_VERSION) || versions.length !== 2)
    throw new StepFailure(`not both versions answered: ${versions.join(', ')}`)
  return { note: `${failed} of ${sent} requests failed` }
}

async function stopRegistry({ demo, registry }: Stage): Promise<StepResult> {
  if (registry === undefined) throw new StepFailure('there is no registry to stop')
  await demo.processes.stop(registry.child)
  return { size: sizeOf(path.join(demo.folder, 'registry')), note: 'its data' }
}

function writeProject({ folder }: Demo, name: string, manifest: object): void {
  mkdirSync(path.join(folder, name))
  writeFileSync(path.join(folder, name, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Bytes of a folder's files; what a link points to is not counted, nor is a file that is there twice by a hard link. */
function sizeOf(folder: string): number {
  const seen = new Set<number>()
  let size = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const found = lstatSync(path.join(entry.parentPath, entry.name))
    if (!seen.has(found.ino)) size += found.size
    seen.add(found.ino)
  }
  return size
}
