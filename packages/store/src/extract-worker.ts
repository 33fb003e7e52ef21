/** The program of an extraction worker: takes requests, extracts, answers. Started by {@link WorkerPool} alone. */
import { parentPort } from 'node:worker_threads'
import { UserError } from '@alkahest/core'
import { extractPackage } from './extract-package.ts'
import type { ExtractRequest } from './extract-package.ts'
import type { ExtractAnswer } from './worker-pool.ts'

parentPort?.on('message', (request: ExtractRequest) => {
  void answer(request).then((message) => parentPort?.postMessage(message, []))
})

async function answer(request: ExtractRequest): Promise<ExtractAnswer> {
  try {
    return { facts: await extractPackage(request) }
  } catch (cause) {
    if (!(cause instanceof UserError)) return { bug: cause }
    // An error loses its class on the way between threads, so it travels as its parts.
    const { code, message, hint, details } = cause
    return { refusal: { code, message, hint, details } }
  }
}
