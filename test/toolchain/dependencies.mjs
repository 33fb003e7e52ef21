/**
 * `pnpm install --frozen-lockfile` when node_modules does not answer the checkout any more, and the environment in
 * which everything after it runs: the toolchain's Node and pnpm first on PATH.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withLock } from './lock.mjs'
import { runInherited, runQuietly } from './process.mjs'
import { npmCommand } from './runtime.mjs'
import { SetupError } from './setup-error.mjs'

/** Inside node_modules, so that it goes when node_modules goes. */
const RECORD = path.join('node_modules', '.alkahest-set-up')

/**
 * @param {string} root
 * @param {import('./runtime.mjs').Toolchain} toolchain
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function installDependencies(root, toolchain) {
  const env = environmentOf(root, toolchain)
  if (isInstalled(root)) return env
  return withLock(path.join(root, '.toolchain', 'lock'), async () => {
    if (!isInstalled(root)) await install(root, toolchain, env)
    return env
  })
}

/**
 * @param {string} root
 * @param {import('./runtime.mjs').Toolchain} toolchain
 * @param {NodeJS.ProcessEnv} env
 */
async function install(root, toolchain, env) {
  console.log('set-up: installing the dependencies that pnpm-lock.yaml names')
  const registry = await configuredRegistry(root)
  const code = await runInherited(toolchain.pnpm, ['install', '--frozen-lockfile', '--ignore-scripts'], {
    cwd: root,
    env: { ...env, pnpm_config_registry: registry },
  })
  if (code !== 0) throw new SetupError(`pnpm install ended with exit code ${code}; what it printed above says why`)
  writeFileSync(path.join(root, RECORD), digestOf(root))
}

/**
 * pnpm does not read every place that npm reads (npm_config_* variables, npm's global file); npm is asked.
 * @param {string} cwd
 */
async function configuredRegistry(cwd) {
  const npm = npmCommand()
  const { code, stdout, output } = await runQuietly(npm.file, [...npm.args, 'config', 'get', 'registry'], {
    cwd,
    env: process.env,
  })
  if (code !== 0) throw new SetupError(`npm does not say which registry it uses\n${output}`)
  return stdout.trim()
}

/**
 * @param {string} root
 * @param {import('./runtime.mjs').Toolchain} toolchain
 * @returns {NodeJS.ProcessEnv}
 */
function environmentOf(root, toolchain) {
  const first = [toolchain.nodeFolder, toolchain.pnpmFolder, path.join(root, 'node_modules', '.bin')]
  return {
    ...process.env,
    PATH: [...first, process.env.PATH ?? ''].join(path.delimiter),
    // With NODE_ENV=production pnpm leaves out what the tests need.
    NODE_ENV: undefined,
    TURBO_TELEMETRY_DISABLED: '1',
  }
}

/** @param {string} root */
function isInstalled(root) {
  const record = path.join(root, RECORD)
  return existsSync(record) && readFileSync(record, 'utf8') === digestOf(root)
}

/**
 * Everything that decides what node_modules holds: the lockfile, the workspace and each member's manifest, and
 * whether the members' own node_modules stand.
 * @param {string} root
 */
function digestOf(root) {
  const hash = createHash('sha512')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) {
    hash.update(readFileSync(path.join(root, file)))
  }
  for (const member of members(root)) {
    hash.update(`\n${member}\n`).update(readFileSync(path.join(root, member, 'package.json')))
    hash.update(existsSync(path.join(root, member, 'node_modules')) ? 'installed' : 'bare')
  }
  return hash.digest('hex')
}

/** @param {string} root */
function members(root) {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .toSorted()
      .map((name) => path.join(folder, name))
      .filter((member) => existsSync(path.join(root, member, 'package.json'))),
  )
}
