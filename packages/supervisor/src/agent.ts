/**
 * The agent: a thread beside the application in every worker. Through an inspector session to the main thread it can
 * answer while the event loop is blocked, which is when questions are asked. No port is opened; it talks to the
 * supervisor over an inherited descriptor. Design: docs/internals/supervisor.md#the-agent
 */
import { mkdirSync, openSync, closeSync, writeFileSync, writeSync } from 'node:fs'
import inspector from 'node:inspector'
import type { Debugger, Profiler } from 'node:inspector'
import net from 'node:net'
import { dirname } from 'node:path'
import { workerData } from 'node:worker_threads'
import { lineChannel } from './admin-channel.ts'
import type { Line, LineChannel } from './admin-channel.ts'
import { Failure, messageOf } from './failure.ts'

/** What worker-entry.ts hands over. */
export type AgentData = {
  readonly descriptor: number
  /** One number, which the main thread raises as long as its event loop turns. */
  readonly heartbeat: SharedArrayBuffer
  /** 0: no watchdog. */
  readonly watchdogMs: number
  /** Of the process, in bytes; 0: no limit. */
  readonly memoryMax: number
}

const WATCH_INTERVAL_MS = 500
/** Longer than a worker takes to finish what it does when the supervisor was killed; see worker-entry.ts. */
const ORPHAN_MS = 12_000
/** A stack is shown down to this depth. */
const FRAMES_MAX = 50
const PROFILE_MS_MAX = 600_000
/** An idle event loop runs no JavaScript that could be paused. */
const PAUSE_MS = 1000

const INFO =
  `({ memory: process.memoryUsage(), cpu: process.cpuUsage(), uptime: process.uptime(), ` +
  `resources: process.getActiveResourcesInfo().reduce((counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }), {}), ` +
  `utilization: performance.eventLoopUtilization().utilization })`

export function runAgent(): void {
  const { descriptor, heartbeat, watchdogMs, memoryMax } = workerData as AgentData
  const session = new inspector.Session()
  session.connectToMainThread()
  const told = { isReady: false }
  if (watchdogMs > 0) watchHeartbeat(session, { beats: new Int32Array(heartbeat), watchdogMs, told })
  const channel = lineChannel(new net.Socket({ fd: descriptor }))
  if (memoryMax > 0) watchMemory(channel, memoryMax)
  void (async () => {
    for (let line = await channel.receive(); line !== undefined; line = await channel.receive()) {
      if (line.command === 'ready') told.isReady = true
      else channel.send({ id: line.id, ...(await answer(session, line)) })
    }
    // The supervisor is gone. The main thread sees that too and ends, unless it is blocked; then it would hold the port.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHAN_MS)
  })()
}

async function answer(session: inspector.Session, line: Line): Promise<Line> {
  try {
    return { result: await perform(session, line) }
  } catch (error) {
    return { error: messageOf(error) }
  }
}

async function perform(session: inspector.Session, line: Line): Promise<Line> {
  if (line.command === 'info') return { info: await evaluateNow(session, INFO) }
  if (line.command === 'evaluate') return { text: await evaluateNow(session, String(line.code), 'text') }
  if (line.command === 'stack') return { frames: await takeStack(session) }
  if (line.command === 'profile') return await takeProfile(session, { ms: Number(line.ms), file: String(line.file) })
  if (line.command === 'heap') return await takeHeapSnapshot(session, String(line.file))
  throw new Failure(`the agent has no command ${String(line.command)}`)
}

/** On the main thread at once, also in the middle of a loop; so nothing can be awaited. */
async function evaluateNow(session: inspector.Session, code: string, as?: 'text'): Promise<unknown> {
  const expression = as === 'text' ? `process.getBuiltinModule('node:util').inspect((${code}))` : code
  const { result, exceptionDetails } = await post<{
    result: { value?: unknown }
    exceptionDetails?: { exception?: { description?: string }; text: string }
  }>(session, 'Runtime.evaluate', { expression, returnByValue: true })
  if (exceptionDetails !== undefined)
    throw new Failure(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

/** Innermost first; empty when the event loop waits, so that nothing runs. */
async function takeStack(session: inspector.Session): Promise<readonly string[]> {
  const paused = new Promise<Debugger.PausedEventDataType>((resolve) => {
    session.once('Debugger.paused', ({ params }) => resolve(params))
  })
  const urls = new Map<string, string>()
  const note = ({ params }: { readonly params: Debugger.ScriptParsedEventDataType }): void =>
    void urls.set(params.scriptId, params.url)
  session.on('Debugger.scriptParsed', note)
  await post(session, 'Debugger.enable')
  try {
    await post(session, 'Debugger.pause')
    const event = await Promise.race([paused, delay(PAUSE_MS)])
    if (event === undefined) return []
    await post(session, 'Debugger.resume')
    return event.callFrames.slice(0, FRAMES_MAX).map((frame) => formatFrame(frame, urls.get(frame.location.scriptId)))
  } finally {
    session.off('Debugger.scriptParsed', note)
    await post(session, 'Debugger.disable')
  }
}

function formatFrame({ functionName, location }: Debugger.CallFrame, url: string | undefined): string {
  return `${functionName === '' ? '(anonymous)' : functionName} (${url ?? 'unknown'}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1})`
}

async function takeProfile(
  session: inspector.Session,
  { ms, file }: { readonly ms: number; readonly file: string },
): Promise<Line> {
  if (!(ms > 0 && ms <= PROFILE_MS_MAX)) throw new Failure(`a profile takes from 1 to ${PROFILE_MS_MAX} milliseconds`)
  await post(session, 'Profiler.enable')
  await post(session, 'Profiler.start')
  await delay(ms)
  const { profile } = await post<{ profile: Profiler.Profile }>(session, 'Profiler.stop')
  await post(session, 'Profiler.disable')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, JSON.stringify(profile), { mode: 0o600 })
  return { file, samples: profile.samples?.length ?? 0, top: topFunctions(profile) }
}

/** Where most samples were, the ten busiest. */
function topFunctions({ nodes }: Profiler.Profile): readonly string[] {
  const busy = nodes
    .filter(({ hitCount }) => (hitCount ?? 0) > 0)
    .toSorted((left, right) => (right.hitCount ?? 0) - (left.hitCount ?? 0))
  return busy
    .slice(0, 10)
    .map(
      ({ hitCount, callFrame }) =>
        `${hitCount}  ${callFrame.functionName || '(anonymous)'} (${callFrame.url}:${callFrame.lineNumber + 1})`,
    )
}

async function takeHeapSnapshot(session: inspector.Session, file: string): Promise<Line> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const descriptor = openSync(file, 'w', 0o600)
  const write = ({ params }: { readonly params: { readonly chunk: string } }): void =>
    void writeSync(descriptor, params.chunk)
  session.on('HeapProfiler.addHeapSnapshotChunk', write)
  try {
    await post(session, 'HeapProfiler.takeHeapSnapshot')
  } finally {
    session.off('HeapProfiler.addHeapSnapshotChunk', write)
    closeSync(descriptor)
  }
  return { file }
}

/** When the event loop has not turned for so long, says where it is and ends the process; the supervisor starts a new one. */
function watchHeartbeat(
  session: inspector.Session,
  {
    beats,
    watchdogMs,
    told,
  }: { readonly beats: Int32Array; readonly watchdogMs: number; readonly told: { readonly isReady: boolean } },
): void {
  let last = Atomics.load(beats, 0)
  let silentMs = 0
  const check = async (): Promise<void> => {
    const now = Atomics.load(beats, 0)
    // An application that is still loading has a deadline of its own. One that is ready may be blocked before its first beat.
    silentMs = now === last && (now > 0 || told.isReady) ? silentMs + WATCH_INTERVAL_MS : 0
    last = now
    if (silentMs < watchdogMs) return
    clearInterval(timer)
    const frames = await takeStack(session).catch((error: unknown) => [messageOf(error)])
    const lines = [
      `watchdog: the event loop has been blocked for ${silentMs} ms, at`,
      ...frames.map((frame) => `    ${frame}`),
    ]
    writeSync(2, `${lines.join('\n')}\n`)
    process.kill(process.pid, 'SIGKILL')
  }
  const timer = setInterval(() => void check(), WATCH_INTERVAL_MS)
}

/** Says once that the process has outgrown its limit; the supervisor replaces it, without losing a request. */
function watchMemory(channel: LineChannel, memoryMax: number): void {
  const timer = setInterval(() => {
    const resident = process.memoryUsage.rss()
    if (resident <= memoryMax) return
    clearInterval(timer)
    channel.send({ event: 'memory', resident })
  }, WATCH_INTERVAL_MS)
}

async function post<Result = unknown>(
  session: inspector.Session,
  method: string,
  parameters: object = {},
): Promise<Result> {
  return await new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => {
      if (error === null) resolve(result as Result)
      else reject(error)
    })
  })
}

async function delay(ms: number): Promise<undefined> {
  return await new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms)
  })
}
