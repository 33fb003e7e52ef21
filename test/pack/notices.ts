/** THIRD_PARTY_NOTICES: who wrote what is bundled, and under which terms. A package without clear terms is not bundled. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** SPDX names; all of them allow this use when the text travels along. */
const PERMISSIVE = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0'])

export type ThirdParty = {
  readonly name: string
  readonly version: string
  readonly license: string
  /** The licence files as they lie in the package; empty when there is none. */
  readonly texts: readonly string[]
}

/** The packages that the modules belong to, sorted, each once; throws when one has no permissive licence. */
export function thirdPartyOf(modules: readonly string[]): readonly ThirdParty[] {
  const folders = new Set(modules.flatMap((file) => packageFolderOf(file) ?? []))
  return [...folders]
    .map(readThirdParty)
    .toSorted((left, right) => compare(`${left.name} ${left.version}`, `${right.name} ${right.version}`))
}

export function formatNotices(packages: readonly ThirdParty[]): string {
  const sections = packages.map(({ name, version, license, texts }) => {
    const terms = texts.length === 0 ? `Licence: ${license} (the package carries no text)` : texts.join('\n\n')
    return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n\n${terms}\n`
  })
  return `The command alk contains the following packages, unchanged but for bundling.\n\n${sections.join('\n')}`
}

/** `.../node_modules/@scope/name/lib/x.js` -> `.../node_modules/@scope/name`; undefined for our own files. */
function packageFolderOf(file: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

/** `(A AND B)`: the terms of both hold. */
function isPermissive(license: string): boolean {
  return license
    .replace(/^\((.*)\)$/, '$1')
    .split(' AND ')
    .every((part) => PERMISSIVE.has(part))
}

function readThirdParty(folder: string): ThirdParty {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  const name = String(manifest.name)
  const license = String(manifest.license)
  if (!isPermissive(license)) throw new Error(`${name} is under ${license}, which test/pack/notices.ts does not allow`)
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .toSorted()
    .map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
  return { name, version: String(manifest.version), license, texts }
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
