/**
 * Every code that a user can see, in alphabetical order: what it means and what to do about it.
 * docs/reference/errors.md is generated from this table, and a test keeps both equal to the golden texts.
 */
export type ErrorCodeEntry = {
  /** What happened, in one or two sentences. */
  readonly meaning: string
  /** What a person does next. */
  readonly next: string
}

export const errorCodes = {
  INTEGRITY_INVALID: {
    meaning: 'A text that should be an integrity (for example `sha512-...`) is not one.',
    next: 'Restore the lockfile or the document that holds it from version control or from its registry.',
  },
  INTEGRITY_MISMATCH: {
    meaning: 'The bytes that arrived are not the bytes that were promised: their hash differs from the recorded one.',
    next: 'Do not install it. Try again; when it stays, ask the registry operator whether the package was tampered with.',
  },
  JSON_INVALID: {
    meaning: 'A document is not JSON, or is larger or nested deeper than allowed.',
    next: 'Mend the document at the place named.',
  },
  MANIFEST_INVALID: {
    meaning: 'A package.json is readable JSON, but a field in it does not mean anything.',
    next: 'Mend the field named.',
  },
  PACKAGE_NAME_INVALID: {
    meaning: 'A package name breaks the rules of npm for names.',
    next: 'Use a name of lower-case letters, digits, dots, dashes and underscores, with an optional @scope/ in front.',
  },
  RANGE_INVALID: {
    meaning: 'A version range cannot be read.',
    next: 'Write it as npm does: ^1.2.3, ~1.2, >=1 <3, 1.x, or versions joined by ||.',
  },
  SPECIFIER_INVALID: {
    meaning: 'What a dependency asks for is neither a version, a range, a tag nor a known protocol.',
    next: 'Mend the dependency in the manifest named.',
  },
  SPECIFIER_UNSUPPORTED: {
    meaning: 'A dependency uses a protocol which this version of Alkahest cannot install.',
    next: 'Depend on a published version of the package instead.',
  },
  VERSION_INVALID: {
    meaning: 'A text that should be a version is not one.',
    next: 'Write it as semver does: three numbers with dots, for example 1.2.3 or 1.2.3-rc.1.',
  },
} as const

export type ErrorCode = keyof typeof errorCodes
