/** What a failed run, compile or test may be about that the tools say in their own words: an import that nobody declared. */
import { findUndeclaredImports } from '@alkahest/build'
import type { Build } from '@alkahest/build'
import { userError } from '@alkahest/core'

/** A test needs its packages only while it is developed. */
const TEST_FILE = /(?:^|\/)(?:tests?|__tests__)\/|\.(?:test|spec)\.\w+$/

/** So many places are named; the hint has all packages. */
const PLACES_MAX = 5

/**
 * The report itself, or, when the program failed and the package's code imports what its package.json does not name,
 * `IMPORT_UNDECLARED` with the report among its details: the command still ends with the program's exit code.
 */
export function explainFailure<Report extends { readonly exitCode: number }>(
  { directory, manifest }: Pick<Build, 'directory' | 'manifest'>,
  report: Report,
): Report {
  if (report.exitCode === 0) return report
  const imports = findUndeclaredImports(directory, manifest)
  if (imports.length === 0) return report
  const places = imports.slice(0, PLACES_MAX).map(({ name, file, line }) => `${file}:${line} imports ${name}`)
  const more = imports.length > PLACES_MAX ? ` and ${imports.length - PLACES_MAX} more` : ''
  const owner = manifest.name === undefined ? 'package.json' : `the package.json of ${manifest.name}`
  const isForTests = imports.every(({ file }) => TEST_FILE.test(file))
  const names = imports.map(({ name }) => name).join(' ')
  throw userError('IMPORT_UNDECLARED', `${places.join(', ')}${more}, which ${owner} does not name`, {
    hint: `\`alk add ${isForTests ? '-D ' : ''}${names}\``,
    details: { ...report, imports },
  })
}

/** The same for members of a workspace: the first of those that failed in which such an import is found. */
export function explainFailures<Report extends { readonly exitCode: number }>(
  members: readonly Pick<Build, 'directory' | 'manifest'>[],
  report: Report,
): Report {
  for (const member of members) explainFailure(member, report)
  return report
}
