/** What packages of an imported lockfile ask for, read from their manifests: pnpm's lockfile has the answers alone. */
import type { ResolvedPackage } from '@alkahest/core'
import type { Lockfile } from './lockfile.ts'

/**
 * Every edge with the specifier that `askedOf` knows for its alias. With it the same requirement is recognised when the
 * project is resolved, and gets the version that it had.
 */
export function withAskedRanges(
  lockfile: Lockfile,
  askedOf: (one: ResolvedPackage) => Readonly<Record<string, string>> | undefined,
): Lockfile {
  const packages = lockfile.resolution.packages.map((one) => {
    const asked = askedOf(one)
    if (asked === undefined) return one
    return { ...one, edges: one.edges.map((edge) => ({ ...edge, specifier: asked[edge.alias] ?? edge.specifier })) }
  })
  return { ...lockfile, resolution: { ...lockfile.resolution, packages } }
}
