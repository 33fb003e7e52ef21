/**
 * Node 24 and pnpm from the npm registry into the ignored folder `.toolchain`, exactly those that pins.json names.
 *
 * npm fetches them, because it knows its own registry, proxy, certificates and cache. Which bytes it may accept is
 * decided here: it gets a lockfile written from pins.json, and `npm ci` refuses every tarball whose sha512 is another.
 * The packages are those that hold the programs themselves; no install script runs.
 *
 * Everything is put together in `.toolchain/incoming-*` and appears by one rename, with a record of the pins inside:
 * a kill at any moment leaves the old toolchain, the new one, or none, and never half of one.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withLock } from './lock.mjs'
import { runQuietly } from './process.mjs'
import { SetupError } from './setup-error.mjs'

const NPM_MAJOR_MIN = 10
const MILLISECONDS_PER_SECOND = 1_000

/** @typedef {{ name: string, version: string, integrity: string }} Pin a package, its version, and the sha512 of its tarball */
/** @typedef {{ node: Pin, pnpm: Pin }} Pins */
/** @typedef {{ node: string, nodeFolder: string, pnpm: string, pnpmFolder: string }} Toolchain absolute paths */

/**
 * Quick when the toolchain stands: one file is read.
 * @param {string} root the checkout
 * @param {Pins} [pins]
 * @returns {Promise<Toolchain>}
 */
export async function installRuntime(root, pins = pinsOfThisMachine()) {
  const folder = path.join(root, '.toolchain')
  if (!isInstalled(folder, pins)) {
    await withLock(path.join(folder, 'lock'), async () => {
      if (!isInstalled(folder, pins)) await install(folder, pins)
    })
  }
  return toolchainIn(path.join(folder, 'node_modules'), pins)
}

/**
 * @param {string} [platform] as in pins.json
 * @returns {Pins}
 */
export function pinsOfThisMachine(platform = `${process.platform}-${process.arch}`) {
  /** @type {Record<'node' | 'pnpm', Record<string, Pin | undefined>>} */
  const known = JSON.parse(readFileSync(new URL('pins.json', import.meta.url), 'utf8'))
  const node = known.node[platform]
  const pnpm = known.pnpm[platform]
  if (node === undefined || pnpm === undefined) {
    throw new SetupError(
      `there is no toolchain for ${platform}, only for ${Object.keys(known.node).join(', ')} (test/toolchain/pins.json)`,
    )
  }
  return { node, pnpm }
}

/**
 * The npm that runs this process when it is npm, else the one on PATH.
 * @returns {{ file: string, args: string[] }}
 */
export function npmCommand() {
  const running = process.env.npm_execpath
  if (running !== undefined && path.basename(running) === 'npm-cli.js' && existsSync(running)) {
    return { file: process.execPath, args: [running] }
  }
  return { file: 'npm', args: [] }
}

/**
 * @param {string} folder
 * @param {Pins} pins
 */
async function install(folder, pins) {
  await checkNpm(folder)
  const started = Date.now()
  console.log(
    `set-up: fetching ${label(pins.node)} and ${label(pins.pnpm)} from the npm registry into .toolchain (once, about 80 MB)`,
  )
  sweep(folder)
  const incoming = path.join(folder, `incoming-${process.pid}`)
  mkdirSync(incoming)
  await fetchPinned(incoming, pins)
  await checkStarts(path.join(incoming, 'node_modules'), pins)
  writeFileSync(path.join(incoming, 'node_modules', 'pins.json'), recordOf(pins))
  moveIntoPlace(folder, incoming)
  const seconds = ((Date.now() - started) / MILLISECONDS_PER_SECOND).toFixed(1)
  console.log(`set-up: both verified by sha512 and in place after ${seconds} s`)
}

/** @param {string} cwd */
async function checkNpm(cwd) {
  const npm = npmCommand()
  const { code, stdout } = await runQuietly(npm.file, [...npm.args, '--version'], { cwd, env: process.env })
  const version = stdout.trim()
  if (code !== 0 || !(Number(version.split('.')[0]) >= NPM_MAJOR_MIN)) {
    const found = code === 0 ? `this is npm ${version}` : 'none could be started'
    throw new SetupError(
      `npm ${NPM_MAJOR_MIN} or newer fetches the toolchain, and ${found}: update Node, npm comes with it`,
    )
  }
}

/**
 * @param {string} incoming
 * @param {Pins} pins
 */
async function fetchPinned(incoming, pins) {
  const wanted = [pins.node, pins.pnpm]
  const dependencies = Object.fromEntries(wanted.map((pin) => [pin.name, pin.version]))
  const packages = {
    '': { dependencies },
    ...Object.fromEntries(
      wanted.map(({ name, version, integrity }) => [`node_modules/${name}`, { version, integrity }]),
    ),
  }
  writeJson(path.join(incoming, 'package.json'), { private: true, dependencies })
  writeJson(path.join(incoming, 'package-lock.json'), { lockfileVersion: 3, requires: true, packages })
  const npm = npmCommand()
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--prefix', incoming]
  const { code, output } = await runQuietly(npm.file, [...npm.args, 'ci', ...options], {
    cwd: incoming,
    env: process.env,
  })
  if (code === 0) return
  rmSync(incoming, { recursive: true, force: true })
  throw new SetupError(
    output.includes('EINTEGRITY')
      ? `what the registry sent is not what test/toolchain/pins.json names, nothing was installed\n${output}`
      : `npm could not fetch the toolchain, nothing was installed\n${output}`,
  )
}

/**
 * The right bytes can still be for another machine: a musl system has no loader for them.
 * @param {string} nodeModules
 * @param {Pins} pins
 */
async function checkStarts(nodeModules, pins) {
  const toolchain = toolchainIn(nodeModules, pins)
  for (const file of [toolchain.node, toolchain.pnpm]) {
    const { code, output } = await runQuietly(file, ['--version'], { cwd: nodeModules, env: process.env })
    if (code !== 0) {
      rmSync(path.dirname(nodeModules), { recursive: true, force: true })
      throw new SetupError(`${path.basename(file)} does not start on this machine, nothing was installed\n${output}`)
    }
  }
}

/**
 * @param {string} folder
 * @param {string} incoming
 */
function moveIntoPlace(folder, incoming) {
  const place = path.join(folder, 'node_modules')
  const outgoing = path.join(folder, `outgoing-${process.pid}`)
  if (existsSync(place)) renameSync(place, outgoing)
  renameSync(path.join(incoming, 'node_modules'), place)
  rmSync(outgoing, { recursive: true, force: true })
  rmSync(incoming, { recursive: true, force: true })
}

/**
 * What a killed set-up left; the lock is held, so nobody works in it.
 * @param {string} folder
 */
function sweep(folder) {
  for (const name of readdirSync(folder)) {
    if (/^(incoming|outgoing)-\d+$/.test(name)) rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}

/**
 * @param {string} folder
 * @param {Pins} pins
 */
function isInstalled(folder, pins) {
  const record = path.join(folder, 'node_modules', 'pins.json')
  return existsSync(record) && readFileSync(record, 'utf8') === recordOf(pins)
}

/**
 * @param {string} nodeModules
 * @param {Pins} pins
 * @returns {Toolchain}
 */
function toolchainIn(nodeModules, pins) {
  const nodeFolder = path.join(nodeModules, pins.node.name, 'bin')
  const pnpmFolder = path.join(nodeModules, pins.pnpm.name)
  return { nodeFolder, node: path.join(nodeFolder, 'node'), pnpmFolder, pnpm: path.join(pnpmFolder, 'pnpm') }
}

/** @param {Pins} pins */
function recordOf(pins) {
  return `${JSON.stringify(pins, null, 2)}\n`
}

/** @param {Pin} pin */
function label(pin) {
  return `${pin.name} ${pin.version}`
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}
