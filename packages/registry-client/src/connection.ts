/**
 * What every request to a registry has in common: its address, our credentials, JSON both ways, errors in one form.
 * Offline nothing leaves.
 */
import { userError } from '@alkahest/core'
import type { Json, PackageName } from '@alkahest/core'
import { checkStatus, parseAnswer } from '@alkahest/http'
import type { Http, HttpAnswer } from '@alkahest/http'
import type { NpmConfig } from '@alkahest/npm-config'

export type ConnectionOptions = {
  readonly config: NpmConfig
  readonly http: Http
  readonly offline: boolean
}

export type WriteOptions = {
  /** Instead of the configured one. */
  readonly registry?: string
  /** A one-time password. */
  readonly otp?: string
}

export type JsonRequest = WriteOptions & {
  /** Verb and object, as errors say them: `publish @scope/name`. */
  readonly purpose: string
  readonly body?: Json
  /** Several documents instead, a line each. */
  readonly lines?: readonly Json[]
  readonly headers?: Readonly<Record<string, string>>
  /** Of the decoded answer, in bytes. */
  readonly sizeMax?: number
}

export class Connection {
  readonly config: NpmConfig
  readonly http: Http
  readonly offline: boolean

  constructor(options: ConnectionOptions) {
    this.config = options.config
    this.http = options.http
    this.offline = options.offline
  }

  /** The registry of a package, unless another was asked for; with a final slash. */
  registryOf(name: PackageName | undefined, options: WriteOptions = {}): string {
    const registry = options.registry ?? (name === undefined ? this.config.registry : this.config.registryFor(name))
    return registry.endsWith('/') ? registry : `${registry}/`
  }

  /** `path` is relative to `registry`; the answer is returned whatever its status. */
  async ask(method: string, path: string, options: JsonRequest & { readonly registry: string }): Promise<HttpAnswer> {
    this.checkOnline(options.purpose)
    const url = options.registry + path
    const authorization = this.config.credentialsFor(url, options.registry)
    return this.http.fetch(url, {
      purpose: options.purpose,
      method,
      headers: {
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.lines === undefined ? {} : { 'content-type': 'application/x-ndjson' }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(options.otp === undefined ? {} : { 'npm-otp': options.otp }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      // As bytes: a workspace's packages may come to more than a text can hold.
      ...(options.lines === undefined
        ? {}
        : { body: Buffer.concat(options.lines.map((line) => Buffer.from(`${JSON.stringify(line)}\n`))) }),
      ...(options.sizeMax === undefined ? {} : { sizeMax: options.sizeMax }),
    })
  }

  /** What lies at an address that a manifest names, with the credentials of that address; any status is an answer. */
  async fetchAddress(url: string): Promise<HttpAnswer> {
    const purpose = `get ${url}`
    this.checkOnline(purpose)
    const authorization = this.config.credentialsFor(url)
    return this.http.fetch(url, { purpose, headers: authorization === undefined ? {} : { authorization } })
  }

  /** The same for whoever wants the JSON of a success; undefined for an empty one. */
  async json(method: string, path: string, options: JsonRequest): Promise<Json | undefined> {
    const answer = await this.ask(method, path, { ...options, registry: this.registryOf(undefined, options) })
    checkStatus(answer)
    if (answer.body.length === 0) return undefined
    return parseAnswer(answer)
  }

  /** For writes, whose success is the status: npm ignores what else they say, and so do we. */
  async write(method: string, path: string, options: JsonRequest & { readonly registry: string }): Promise<void> {
    checkStatus(await this.ask(method, path, options))
  }

  checkOnline(purpose: string): void {
    if (!this.offline) return
    throw userError('OFFLINE_MISSING', `cannot ${purpose}: it is not in the cache, and the network must not be used`, {
      hint: 'run the command once without --offline',
    })
  }
}

/** The error for JSON that is not what the protocol says; `what` follows the name of the server. */
export function nonsense(purpose: string, registry: string, what: string): Error {
  return userError('REGISTRY_NONSENSE', `cannot ${purpose}: ${new URL(registry).origin} ${what}`, {
    hint: 'check that the address is that of an npm registry, and what stands between it and this machine',
  })
}
