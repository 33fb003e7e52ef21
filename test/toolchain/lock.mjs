/**
 * One set-up at a time in a checkout: the second waits for the first and then finds nothing left to do.
 *
 * The lock is a file that its owner touches every second; one that nobody touched for a while was left by a kill.
 * Two waiters may in theory both take over such a file in the same instant. That costs a download and breaks nothing,
 * because what is installed always appears by a rename of something whole.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const TOUCH_EVERY_MS = 1_000
/** Generous: a machine under load, or a laptop that slept, may miss some touches. */
const STALE_AFTER_MS = 20_000
const LOOK_EVERY_MS = 200

/**
 * @template Result
 * @param {string} file
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(file, work) {
  await take(file)
  const touching = setInterval(() => touch(file), TOUCH_EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(touching)
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
async function take(file) {
  mkdirSync(path.dirname(file), { recursive: true })
  let said = false
  while (!create(file)) {
    if (isLeftBehind(file)) {
      rmSync(file, { force: true })
      continue
    }
    if (!said) console.log('set-up: waiting for another set-up of this checkout')
    said = true
    await sleep(LOOK_EVERY_MS)
  }
}

/** @param {string} file */
function create(file) {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function isLeftBehind(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'))
    const untouchedMs = Date.now() - statSync(file).mtimeMs
    return untouchedMs > STALE_AFTER_MS || (owner > 0 && !isAlive(owner))
  } catch (error) {
    // Released between the two looks: the next attempt to create it decides.
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch (error) {
    // Taken over after a long sleep of this machine; see the note at the top.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
