/** Table of contents: the registry as a library, for tests and for the program in main.ts. */
export { loadConfiguration } from './configuration.ts'
export type { Configuration, ConfigurationSources } from './configuration.ts'
export { startRegistry } from './start-registry.ts'
export type { RunningRegistry, StartRegistryOptions } from './start-registry.ts'
export { main } from './program.ts'
export type { Terminal } from './commands/terminal.ts'
export type { AccessEntry, AccessLog } from './access-log.ts'
