/** The program of the thread that derives large packuments. Started by {@link Deriver} alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { deriveBytes } from './derive-bytes.ts'
import type { DerivedBytes, DeriveRequest } from './derive-bytes.ts'

export type DeriveWorkerData = { readonly privatePem: string }

export type DeriveAnswer = { readonly number: number } & (
  | { readonly derived: DerivedBytes }
  | { readonly failure: unknown }
)

const { privatePem } = workerData as DeriveWorkerData

parentPort?.on('message', ({ number, ...request }: DeriveRequest & { readonly number: number }) => {
  parentPort?.postMessage(answer(number, request), [])
})

function answer(number: number, request: DeriveRequest): DeriveAnswer {
  try {
    return { number, derived: deriveBytes(request, privatePem) }
  } catch (failure) {
    // Only its words survive the way back.
    return { number, failure: new Error((failure as Error).message) }
  }
}
