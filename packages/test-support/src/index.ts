/** Table of contents: what tests need. Development only; nothing that ships imports it. */
export { expectErrorGolden, formatUserError } from './error-goldens.ts'
export type { ErrorGoldenOptions } from './error-goldens.ts'
