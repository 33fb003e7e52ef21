#!/usr/bin/env node
/**
 * The command `alk`. This file is all that `alk --version` loads: it checks Node, asks it to keep compiled code, and
 * only then brings in the rest. It must parse and run on Nodes that are too old for everything else, so it has no
 * named import from `node:`.
 */
import module from 'node:module'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { NODE_MAJOR_MIN, VERSION } from './version.ts'

const argv = process.argv.slice(2)
const nodeMajor = Number(process.versions.node.split('.')[0])

if (nodeMajor < NODE_MAJOR_MIN) {
  refuseOldNode()
} else if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
  process.stdout.write(`${VERSION}\n`)
} else {
  await keepCompiledCode()
  const { runInProcess } = await import('./process-world.ts')
  await runInProcess(argv)
}

/** A home that takes no folder has no cache either; whoever needs one says so. */
async function keepCompiledCode(): Promise<void> {
  const folder = compileCacheFolder()
  const { makeFolder } = await import('@alkahest/ops/make-folder')
  try {
    makeFolder(folder)
  } catch {
    return
  }
  module.enableCompileCache(folder)
}

/** Beside the other caches: Node's own choice is the temporary folder, where other users may have been first. */
function compileCacheFolder(): string {
  const home = process.env.ALKAHEST_HOME
  return path.resolve(
    home === undefined || home === '' ? path.join(os.homedir(), '.alkahest') : home,
    'cache',
    'compiled',
  )
}

function refuseOldNode(): void {
  const message = `alk needs Node ${NODE_MAJOR_MIN} or newer, and this is Node ${process.versions.node}`
  const hint = `install Node ${NODE_MAJOR_MIN} (nodejs.org, or your version manager) and run the command again`
  if (argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ ok: false, error: { code: 'NODE_TOO_OLD', message, hint } })}\n`)
  } else {
    process.stderr.write(`error NODE_TOO_OLD ${message}\n\nhint: ${hint}\n`)
  }
  process.exitCode = 1
}
