/** Starting programs: one whose output is kept for the case that it fails, one that takes over the terminal. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** @typedef {{ cwd: string, env: NodeJS.ProcessEnv }} Place */

/**
 * Runs to the end without a sound; what was printed comes back with the exit code.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Place} place
 * @returns {Promise<{ code: number, stdout: string, output: string }>} output is both streams; code 127 when the program could not be started
 */
export function runQuietly(file, args, place) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...place, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.on('error', (error) => resolve({ code: 127, stdout, output: error.message }))
    child.on('close', (code, signal) => {
      resolve({ code: exitCodeOf(code, signal), stdout, output: output.trimEnd() })
    })
  })
}

/**
 * Gives the terminal to a program and returns its exit code. Signals of the terminal reach the child by themselves
 * (same process group); those sent to this process alone are passed on, so that nothing is left running.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Place} place
 * @returns {Promise<number>}
 */
export function runInherited(file, args, place) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...place, stdio: 'inherit' })
    const ignoreInterrupt = () => {}
    const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal)
    process.on('SIGINT', ignoreInterrupt).on('SIGTERM', passOn).on('SIGHUP', passOn)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignoreInterrupt).off('SIGTERM', passOn).off('SIGHUP', passOn)
      resolve(exitCodeOf(code, signal))
    })
  })
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCodeOf(code, signal) {
  if (code !== null) return code
  return 128 + (signal === null ? 0 : constants.signals[signal])
}
