/** Where an install spends its time: Node's own profile of it, and the functions that took most. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson } from '@alkahest/core'

const MICROSECONDS_PER_MILLISECOND = 1000

/** So many functions are named for each thread. */
const SHOWN = 15

/** Shorter threads say nothing. */
const THREAD_MIN_MS = 20

/** The part of a .cpuprofile that is read here. */
type Profile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** For NODE_OPTIONS: one file for each thread comes into the folder. */
export function profileOptions(folder: string): string {
  return `--cpu-prof --cpu-prof-dir=${folder}`
}

/** Lines for a person, thread by thread, the busiest first. */
export function describeProfiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => busyFunctions(parseJson(readFileSync(path.join(folder, name), 'utf8'), name) as Profile))
    .filter(({ totalMs }) => totalMs >= THREAD_MIN_MS)
    .toSorted((left, right) => right.totalMs - left.totalMs)
    .flatMap(({ totalMs, functions }, thread) => [
      `  thread ${thread + 1}: ${totalMs.toFixed(0)} ms busy`,
      ...functions.slice(0, SHOWN).map(([name, ms]) => `  ${ms.toFixed(1).padStart(8)} ms  ${name}`),
    ])
}

type BusyFunctions = { readonly totalMs: number; readonly functions: readonly (readonly [name: string, ms: number])[] }

function busyFunctions({ nodes, samples, timeDeltas }: Profile): BusyFunctions {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const spent = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '?'
    if (name === '(idle)') continue
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[index] ?? 0) / MICROSECONDS_PER_MILLISECOND)
  }
  const functions = [...spent].toSorted(([, left], [, right]) => right - left)
  return { totalMs: functions.reduce((sum, [, ms]) => sum + ms, 0), functions }
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name
  const file = url.startsWith('file:') ? path.basename(fileURLToPath(url)) : url
  return `${name} (${file}:${lineNumber + 1})`
}
