/** Advisories of an upstream on packages that are its own. */
import { asJsonObject, parseJson } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'
import { routes } from '@alkahest/protocol'
import { Refusal } from '../refusal.ts'
import type { UpstreamRule } from './names.ts'
import type { UpstreamClient } from './upstream-client.ts'

/** Not found, not allowed for this method, gone, not implemented. */
const NO_AUDIT: ReadonlySet<number> = new Set([404, 405, 410, 501])

export class Advisories {
  readonly #client: UpstreamClient

  constructor(client: UpstreamClient) {
    this.#client = client
  }

  /** @param asked names to versions, as npm asks */
  async ask(upstream: UpstreamRule, asked: Readonly<Record<string, unknown>>): Promise<JsonObject> {
    const answer = await this.#client.post(upstream, routes.auditBulk(), JSON.stringify(asked))
    // Mirrors often have no advisories, and say so in many ways. 404 is how clients are told "this registry has no audit".
    if (NO_AUDIT.has(answer.status)) {
      throw new Refusal(404, `the upstream ${upstream.url} has no security advisories: it answered ${answer.status}`)
    }
    if (answer.status !== 200)
      throw new Refusal(502, `the upstream answered ${answer.status} to a question about advisories`)
    return asJsonObject(parseJson(answer.body.toString('utf8'), "the upstream's advisories")) ?? {}
  }
}
