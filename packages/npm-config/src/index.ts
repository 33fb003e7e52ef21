/** Table of contents: what npm is configured for. */
export { loadNpmConfig } from './config.ts'
export type { Connection, HttpSettings, LoadNpmConfigOptions, NpmConfig } from './config.ts'
export type { TlsSettings } from './certificates.ts'
export { removeAuthToken, setAuthToken } from './auth-token.ts'
