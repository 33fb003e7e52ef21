/**
 * The manifest that travels: what only this workspace understands (`workspace:`, `catalog:`) is replaced by what it
 * means to everybody. The rest of the document, key order included, stays.
 */
import { asJsonObject, parseSpecifier, userError } from '@alkahest/core'
import type { Json, JsonObject } from '@alkahest/core'
import type { Member, Workspace } from '@alkahest/project'

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Throws `MEMBER_NOT_FOUND` and `CATALOG_ENTRY_NOT_FOUND`, naming the manifest. */
export function publishedManifest(member: Member, workspace: Workspace): JsonObject {
  const document: Record<string, Json> = { ...member.manifest.document }
  for (const section of SECTIONS) {
    const entries = Object.entries(asJsonObject(document[section]) ?? {})
    if (entries.length === 0) continue
    document[section] = Object.fromEntries(
      entries.map(([alias, specifier]) => [
        alias,
        publishedSpecifier(alias, typeof specifier === 'string' ? specifier : '', { member, workspace }),
      ]),
    )
  }
  return document
}

type Place = { readonly member: Member; readonly workspace: Workspace }

function publishedSpecifier(alias: string, text: string, { member, workspace }: Place): string {
  const place = placeOf(member)
  const specifier = parseSpecifier(alias, text, place)
  if (specifier.kind === 'catalog') {
    const entry = workspace.catalogs[specifier.catalog]?.[alias]
    if (entry === undefined) {
      throw userError(
        'CATALOG_ENTRY_NOT_FOUND',
        `${place} asks for ${alias} from the catalog ${specifier.catalog}, which has no such entry`,
        {
          hint: `add ${alias} to the catalog ${specifier.catalog} in pnpm-workspace.yaml, or write a range instead`,
        },
      )
    }
    return publishedSpecifier(alias, entry, { member, workspace })
  }
  if (specifier.kind !== 'workspace') return text
  const target = workspace.members.find((other) => other.manifest.name === specifier.name)
  const version = target?.manifest.version
  if (version === undefined) {
    throw userError(
      'MEMBER_NOT_FOUND',
      `${place} asks for ${specifier.name} as "${text}", but ${target === undefined ? 'the workspace has no such package' : 'it has no version'}`,
      {
        hint: 'name a member of the workspace that has a version, or a range of published versions',
      },
    )
  }
  const range = rangeOf(specifier.range, version)
  return specifier.name === alias ? range : `npm:${specifier.name}@${range}`
}

/** `workspace:*` is exact, `workspace:^` and `workspace:~` keep their sign, a range stays itself. */
function rangeOf(range: string, version: string): string {
  if (range === '*') return version
  return range === '^' || range === '~' ? `${range}${version}` : range
}

function placeOf(member: Member): string {
  return member.path === '.' ? 'package.json' : `${member.path}/package.json`
}
