/** The program that derives large packuments. Started by {@link Deriver} alone, and gone with the process that started it. */
import { constants, setPriority } from 'node:os'
import { DOCUMENT_SIZE_MAX, deriveBytes } from './derive-bytes.ts'
import type { DerivedBytes, DeriveRequest } from './derive-bytes.ts'

export type DeriveQuestion = DeriveRequest & { readonly number: number; readonly privatePem: string }

export type DeriveAnswer = { readonly number: number } & (
  | { readonly derived: DerivedBytes | undefined }
  | { readonly failure: string }
)

// Who is served meanwhile comes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

process.on('message', (question: DeriveQuestion) => {
  process.send?.(answer(question))
})
process.on('disconnect', () => process.exit(0))

function answer({ number, privatePem, ...request }: DeriveQuestion): DeriveAnswer {
  try {
    return { number, derived: deriveBytes(request, { privatePem, sizeMax: DOCUMENT_SIZE_MAX }) }
  } catch (failure) {
    return { number, failure: (failure as Error).message }
  }
}
