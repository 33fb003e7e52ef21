/** The steps of the demo in their order: what a person would type, and what they would look at. */
import { lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Demo, RunningRegistry } from './demo.ts'
import { StepFailure } from './processes.ts'
import type { StepResult } from './screen.ts'

export type Step = { readonly title: string; readonly run: () => Promise<StepResult> }

const SCOPE = '@alkahest-demo'
const LIBRARY = `${SCOPE}/greeting`
const APP = 'hello'

/** What the clients of other makers run, to see that the library works for them. */
const GREET = `import('${LIBRARY}').then(({ greet }) => console.log(greet('Ada')))`

/** Two packages of the npm registry that cannot be together when every package may be there only once. */
const CONFLICT = { 'is-odd': '^3.0.1', 'is-number': '^7.0.0' }

/** A booted release must answer within this time. */
const BOOT_MS = 20_000
const POLL_MS = 100

export function steps(demo: Demo): readonly Step[] {
  const stage: Stage = { demo, registry: undefined, release: undefined }
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
    { title: 'Have a conflict explained', run: () => explainConflict(demo) },
    { title: 'Build a release of the app', run: () => release(stage) },
    { title: 'Boot the release in an empty folder', run: () => boot(stage) },
    { title: 'Stop the registry', run: () => stopRegistry(stage) },
  ]
}

type Stage = { readonly demo: Demo; registry: RunningRegistry | undefined; release: string | undefined }

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

async function explainConflict(demo: Demo): Promise<StepResult> {
  const manifest = {
    name: 'conflict',
    version: '1.0.0',
    private: true,
    alkahest: { single: true },
    dependencies: CONFLICT,
  }
  writeProject(demo, 'conflict', manifest)
  demo.screen.output(JSON.stringify(manifest))
  const { output } = await demo.command(['alk', 'install'], { cwd: 'conflict', expect: 1 })
  const isExplained = Object.keys(CONFLICT).every((name) => output.includes(name))
  if (!isExplained) throw new StepFailure('the conflict was not explained')
  return { note: 'refused, and said why' }
}

async function release(stage: Stage): Promise<StepResult> {
  const { demo } = stage
  await demo.command(['alk', 'release'], { cwd: APP })
  const folder = path.join(demo.folder, APP, 'build', 'release')
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tar.gz'))
  if (tarball === undefined) throw new StepFailure(`no .tar.gz is in ${folder}`)
  stage.release = path.join(folder, tarball)
  return { size: statSync(stage.release).size, note: tarball }
}

/** With a PATH that knows neither Node nor alk nor anything else of this demo. */
async function boot({ demo, release: tarball = '' }: Stage): Promise<StepResult> {
  const bare = { PATH: '/usr/bin:/bin', HOME: path.join(demo.folder, 'home') }
  mkdirSync(path.join(demo.folder, 'empty'))
  await demo.command(['tar', '-xzf', tarball], { cwd: 'empty', env: bare })
  await demo.command([`bin/${APP}`, 'version'], { cwd: 'empty', env: bare })
  await demo.command([`bin/${APP}`, 'eval', GREET], { cwd: 'empty', env: bare })
  demo.screen.command(`cd empty && MESSAGE='${demo.options.message}' PORT=0 bin/${APP} start`)
  const running = startRelease(demo, { ...bare, HOST: '127.0.0.1', PORT: '0', MESSAGE: demo.options.message })
  const url = await running.address
  const answer = await fetch(url)
  const text = await answer.text()
  demo.screen.command(`curl ${url}`)
  demo.screen.output(text)
  if (!answer.ok || (JSON.parse(text) as { message?: unknown }).message !== demo.options.message) {
    throw new StepFailure(`the release answered ${answer.status} ${text}`)
  }
  await demo.processes.stop(running.child)
  return { size: sizeOf(path.join(demo.folder, 'empty')), note: `answered ${text}` }
}

function startRelease(
  demo: Demo,
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly address: Promise<string> } {
  let output = ''
  const child = demo.processes.start(
    [`bin/${APP}`, 'start'],
    { cwd: path.join(demo.folder, 'empty'), env },
    (chunk) => {
      output += chunk
    },
  )
  const address = async (): Promise<string> => {
    for (let waited = 0; waited < BOOT_MS; waited += POLL_MS) {
      const found = /Server listening at (http:\/\/[^"\s]+)/.exec(output)?.[1]
      if (found !== undefined) return found
      if (child.exitCode !== null) break
      await sleep(POLL_MS)
    }
    demo.screen.output(output)
    throw new StepFailure('the release did not boot')
  }
  return { child, address: address() }
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
