/**
 * `alk audit`: what is known against the locked versions, asked of the registry in one request. What somebody decided to
 * live with stands in package.json with a reason and a last day: afterwards it counts again.
 */
import { asJsonObject, asRange, asVersion, rangeHas, userError } from '@alkahest/core'
import type { Json, JsonObject, Manifest, ResolvedPackage } from '@alkahest/core'
import { routes } from '@alkahest/protocol'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import { atRegistry } from './package-request.ts'
import type { RegistryOptions } from './package-request.ts'
import type { AdvisoryReport, AuditReport } from './package-reports.ts'

/** `"alkahest": {"audit": {"ignore": [{"id": "GHSA-...", "reason": "...", "expires": "2027-01-31"}]}}` */
type Ignore = { readonly id: string; readonly reason: string; readonly expires: string }

const IGNORE_COUNT_MAX = 1000

/** Throws `LOCKFILE_MISSING`, `MANIFEST_INVALID`, and what the registry answers when it has no advisories. */
export async function audit(context: OperationContext, options: RegistryOptions): Promise<AuditReport> {
  const { workspace, lockfile } = await openLocked(context)
  const root = workspace.members[0]
  const ignores = root === undefined ? [] : parseIgnores(root.manifest, root.manifestPath)
  const packages = lockfile.resolution.packages.filter(({ source }) => source.kind === 'registry')
  const known = packages.length === 0 ? [] : await askAdvisories(context, options, packages)
  const today = new Date(context.now()).toISOString().slice(0, 10)
  const ignoreOf = ({ id }: AdvisoryReport): Ignore | undefined => ignores.find((ignore) => ignore.id === id)
  const isIgnored = (advisory: AdvisoryReport): boolean => (ignoreOf(advisory)?.expires ?? '') >= today
  return {
    packages: packages.length,
    advisories: known.filter((advisory) => !isIgnored(advisory)),
    ignored: known.filter(isIgnored).map((advisory) => ({ ...advisory, reason: ignoreOf(advisory)?.reason ?? '' })),
    expiredIgnores: ignores.filter(({ expires }) => expires < today).map(({ id }) => id),
    unusedIgnores: ignores.filter(({ id }) => known.every((advisory) => advisory.id !== id)).map(({ id }) => id),
  }
}

async function askAdvisories(
  context: OperationContext,
  options: RegistryOptions,
  packages: readonly ResolvedPackage[],
): Promise<readonly AdvisoryReport[]> {
  const asked: Record<string, string[]> = {}
  for (const { name, version } of packages) (asked[name] ??= []).push(version)
  const answer = await atRegistry(context, options, ({ client, registry }) =>
    client.json('POST', routes.auditBulk(), { purpose: 'ask for advisories', registry, body: asked }),
  )
  return Object.entries(asJsonObject(answer) ?? {}).flatMap(([name, entries]) =>
    Array.isArray(entries)
      ? entries.flatMap((entry: Json) => advisoryOf(name, asJsonObject(entry) ?? {}, asked[name] ?? []))
      : [],
  )
}

/** None when the advisory does not concern a locked version: registries may answer more than was asked. */
function advisoryOf(name: string, entry: JsonObject, versions: readonly string[]): readonly AdvisoryReport[] {
  const { url, title, severity, vulnerable_versions: range } = entry
  const vulnerable = typeof range === 'string' ? asRange(range) : undefined
  const hit = versions.filter((text) => {
    const version = asVersion(text)
    return (
      version === undefined || vulnerable === undefined || rangeHas(vulnerable, version, { includePrerelease: true })
    )
  })
  if (hit.length === 0) return []
  const address = typeof url === 'string' ? url : null
  const number = typeof entry.id === 'number' || typeof entry.id === 'string' ? String(entry.id) : ''
  return [
    {
      id: /\b(?:GHSA|CVE)-[\w-]+$/.exec(address ?? '')?.[0] ?? number,
      name,
      versions: hit,
      range: typeof range === 'string' ? range : '*',
      severity: typeof severity === 'string' ? severity : 'unknown',
      title: typeof title === 'string' ? title : '',
      url: address,
    },
  ]
}

function parseIgnores({ document }: Manifest, place: string): readonly Ignore[] {
  const { ignore = [] } = asJsonObject(asJsonObject(document.alkahest)?.audit) ?? {}
  if (!Array.isArray(ignore) || ignore.length > IGNORE_COUNT_MAX) throw invalidIgnore(place, '')
  return ignore.map((value: Json, index) => {
    const { id, reason, expires } = asJsonObject(value) ?? {}
    const isDate = typeof expires === 'string' && /^\d{4}-\d\d-\d\d$/.test(expires)
    if (typeof id !== 'string' || typeof reason !== 'string' || reason === '' || !isDate) {
      throw invalidIgnore(place, `[${index}]`)
    }
    return { id, reason, expires }
  })
}

function invalidIgnore(place: string, index: string): Error {
  return userError('MANIFEST_INVALID', `"alkahest.audit.ignore${index}" in ${place} is not what it has to be`, {
    hint: 'write {"id": "GHSA-...", "reason": "why it does not matter here", "expires": "2027-01-31"}',
  })
}
