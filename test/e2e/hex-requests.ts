/** Requests to a registry as Hex clients make them. */
import { createPublicKey } from 'node:crypto'
import { decodeTerm, encodeTerm } from '../../apps/registry/src/hex/formats/external-terms.ts'
import { decodePackage } from '../../apps/registry/src/hex/formats/registry-messages.ts'
import type { PackageMessage } from '../../apps/registry/src/hex/formats/registry-messages.ts'
import { parseResource } from '../../apps/registry/src/hex/formats/signed-resource.ts'
import { hexTarball } from '../../apps/registry/test/hex/hex-tarballs.ts'
import type { HexPackage } from '../../apps/registry/test/hex/hex-tarballs.ts'

const ERLANG = 'application/vnd.hex+erlang'

export type HexAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  /** Decoded when it is a term or JSON. */
  readonly value: ReturnType<typeof JSON.parse>
}

export type HexAsk = {
  readonly method?: string
  /** Sent as it is, without a scheme. */
  readonly key?: string | undefined
  readonly body?: unknown
  readonly json?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

type Target = { readonly url: string; readonly token?: string }

/** As hex_core does: terms unless JSON is asked for, the key without a scheme. */
export async function askHex(registry: Target, path: string, asked: HexAsk = {}): Promise<HexAnswer> {
  const { method = 'GET', key, body, json = false, headers = {} } = asked
  const archive = body instanceof Uint8Array
  const type = archive ? 'application/octet-stream' : json ? 'application/json' : ERLANG
  const response = await fetch(registry.url + path, {
    method,
    headers: {
      accept: json ? 'application/json' : ERLANG,
      ...(key === undefined ? {} : { authorization: key }),
      ...(body === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : {
          body: new Uint8Array(archive ? body : json ? Buffer.from(JSON.stringify(body)) : encodeTerm(body as never)),
        }),
    redirect: 'manual',
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const answered = response.headers.get('content-type') ?? ''
  const value = answered.startsWith(ERLANG)
    ? decodeTerm(bytes)
    : answered.startsWith('application/json')
      ? JSON.parse(bytes.toString())
      : undefined
  return { status: response.status, headers: response.headers, bytes, value }
}

/** Publishes a package as `mix hex.publish` does. */
export function publishHex(
  registry: Target,
  wanted: HexPackage,
  asked: HexAsk & { readonly organisation?: string } = {},
): Promise<HexAnswer> {
  const prefix = asked.organisation === undefined ? '' : `repos/${asked.organisation}/`
  const path = `api/${prefix}packages/${wanted.name}/releases?replace=false`
  return askHex(registry, path, { method: 'POST', key: registry.token, body: hexTarball(wanted), ...asked })
}

/** The record of a package, its signature checked with the key that the repository shows. */
export async function readRecord(registry: Target, path: string, key?: string): Promise<PackageMessage | number> {
  const answer = await askHex(registry, path, { key })
  if (answer.status !== 200) return answer.status
  const pem = (await askHex(registry, 'repo/public_key')).bytes.toString()
  return decodePackage(parseResource(answer.bytes, createPublicKey(pem), path))
}
