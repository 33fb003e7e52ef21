/** Advisories of an upstream on packages that are its own. */
import { asJsonObject, parseJson } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'
import { routes } from '@alkahest/protocol'
import { Refusal } from '../refusal.ts'
import type { UpstreamRule } from './names.ts'
import type { UpstreamClient } from './upstream-client.ts'

export class Advisories {
  readonly #client: UpstreamClient

  constructor(client: UpstreamClient) {
    this.#client = client
  }

  /** @param asked names to versions, as npm asks */
  async ask(upstream: UpstreamRule, asked: Readonly<Record<string, unknown>>): Promise<JsonObject> {
    const answer = await this.#client.post(upstream, routes.auditBulk(), JSON.stringify(asked))
    // npm takes 404 for "this registry has no audit", which is then what we say as well.
    if (answer.status === 404) throw new Refusal(404, 'the upstream has no security advisories')
    if (answer.status !== 200)
      throw new Refusal(502, `the upstream answered ${answer.status} to a question about advisories`)
    return asJsonObject(parseJson(answer.body.toString('utf8'), "the upstream's advisories")) ?? {}
  }
}
