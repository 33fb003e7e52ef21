/** The name of a package as npm understands it, scope included: `react`, `@scope/name`. */
import validateName from 'validate-npm-package-name'
import { userError } from './errors.ts'

declare const packageNameBrand: unique symbol
export type PackageName = string & { readonly [packageNameBrand]: true }

/** Longer than any name the public registry accepts (214), with room for the old ones. */
const NAME_LENGTH_MAX = 256

/**
 * Reads a name that may exist on a registry, old ones with upper-case letters included, or throws
 * `PACKAGE_NAME_INVALID`. It also guards the disk: no accepted name leaves its folder.
 */
export function parsePackageName(text: string, place?: string): PackageName {
  if (!isPackageName(text)) {
    const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)
    throw userError(
      'PACKAGE_NAME_INVALID',
      `${shown} is not a package name${place === undefined ? '' : ` (in ${place})`}`,
    )
  }
  return text
}

/** What nearly every name looks like; without words that npm keeps for itself, and within the length it allows. */
const ORDINARY_NAME = /^(?:@[a-z0-9][a-z0-9-]{0,99}\/)?(?!node_modules$|favicon\.ico$)[a-z0-9][a-z0-9._-]{0,99}$/

export function isPackageName(text: string): text is PackageName {
  if (ORDINARY_NAME.test(text)) return true // lockfiles and packuments hold thousands: validating each in full takes its time
  if (text.length === 0 || text.length > NAME_LENGTH_MAX) return false
  if (text.includes('\\') || text.includes('\0') || text.split('/').some((part) => part === '.' || part === '..'))
    return false
  return validateName(text).validForOldPackages
}

/** Whether a new package may have this name: the stricter rules that apply at first publication. */
export function isNewPackageName(text: string): boolean {
  return isPackageName(text) && validateName(text).validForNewPackages
}

/** `@scope` of `@scope/name`, or undefined. */
export function scopeOf(name: PackageName): string | undefined {
  return name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined
}

/** `name` of `@scope/name`: what tarball files and default commands are called. */
export function unscopedName(name: PackageName): string {
  return name.slice(name.indexOf('/') + 1)
}
