/**
 * Table of contents. The package is a program, `main.ts`, that travels in releases; for tests and for the command there
 * is also what its parts are made of.
 */
export { evaluateConfiguration } from './config.ts'
export { ConfigurationError } from './failure.ts'
export { RestartPolicy } from './restart-policy.ts'
export type { RestartDecision } from './restart-policy.ts'
