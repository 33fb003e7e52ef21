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
  KEYS_INVALID: {
    meaning: "A registry's list of signing keys cannot be read.",
    next: 'Ask the operator of the registry; until then its signatures cannot be checked.',
  },
  MANIFEST_INVALID: {
    meaning: 'A package.json is readable JSON, but a field in it does not mean anything.',
    next: 'Mend the field named.',
  },
  PACKAGE_NAME_INVALID: {
    meaning: 'A package name breaks the rules of npm for names.',
    next: 'Use a name of lower-case letters, digits, dots, dashes and underscores, with an optional @scope/ in front.',
  },
  PACKUMENT_INVALID: {
    meaning: "A registry's answer about a package is not a document about that package.",
    next: "Check the registry's address; when it is right, its operator has to mend the answer.",
  },
  PUBLISH_BODY_INVALID: {
    meaning: 'The body of a publish does not follow the npm protocol.',
    next: 'Publish again with a current npm, pnpm, yarn, bun or alk; when it persists, something between rewrites requests.',
  },
  RANGE_INVALID: {
    meaning: 'A version range cannot be read.',
    next: 'Write it as npm does: ^1.2.3, ~1.2, >=1 <3, 1.x, or versions joined by ||.',
  },
  RELEASE_CONFIGURATION_INVALID: {
    meaning: 'The `releases` of alkahest.config.ts hold something that does not mean anything, or a step of a release misbehaved.',
    next: 'Mend the setting or the step named.',
  },
  RELEASE_ENTRY_MISSING: {
    meaning: 'A release has nothing to start: package.json names no entry, or the entry is not among the files of the release.',
    next: 'Name the entry in package.json (`main` or `exports`) or in `releases`, and see that the build writes it and that `files` includes it.',
  },
  RELEASE_EXISTS: {
    meaning: 'The tarball that would be made exists already.',
    next: 'Raise the version, or replace the tarball with --overwrite.',
  },
  RELEASE_MEMBER_UNKNOWN: {
    meaning: 'A release was asked for a member that the workspace does not have.',
    next: 'Give the path of a member, or run the command inside its folder.',
  },
  RELEASE_NAME_INVALID: {
    meaning: 'A release cannot have this name: it becomes the name of a program and of files.',
    next: 'Use a lower-case letter followed by lower-case letters, digits, dashes and underscores, at most 64 in all.',
  },
  RELEASE_NAME_MISSING: {
    meaning: 'There are several releases and none was chosen, or the one asked for is not configured.',
    next: 'Give one of the names shown: alk release NAME.',
  },
  RELEASE_OVERLAY_MISSING: {
    meaning: 'A folder whose files are to be laid over a release cannot be read, or holds what a release cannot hold.',
    next: 'Mend `overlays` in alkahest.config.ts or the folder named.',
  },
  RELEASE_PLATFORM_MISMATCH: {
    meaning: 'A production dependency does not run on the target of the release.',
    next: 'Release for a platform which the package supports, or make it an optional dependency.',
  },
  RELEASE_TARGET_UNKNOWN: {
    meaning: 'There is no release target of this name.',
    next: 'Use one of the targets shown; each is an operating system and a processor.',
  },
  RELEASE_VERSION_MISSING: {
    meaning: 'The package to release has no version.',
    next: 'Add `version` to its package.json, or give one with --version.',
  },
  REQUEST_PATH_INVALID: {
    meaning:
      'The path of a request to the registry is one that no client sends: it climbs, is encoded twice or holds control characters.',
    next: 'Correct the address.',
  },
  SPECIFIER_INVALID: {
    meaning: 'What a dependency asks for is neither a version, a range, a tag nor a known protocol.',
    next: 'Mend the dependency in the manifest named.',
  },
  SPECIFIER_UNSUPPORTED: {
    meaning: 'A dependency uses a protocol which this version of Alkahest cannot install.',
    next: 'Depend on a published version of the package instead.',
  },
  TARBALL_INVALID: {
    meaning: "A package's tarball is damaged, is no package, or holds entries that no package may hold.",
    next: 'Pack it again; when it comes from a registry, ask its operator or use another version.',
  },
  VERSION_INVALID: {
    meaning: 'A text that should be a version is not one.',
    next: 'Write it as semver does: three numbers with dots, for example 1.2.3 or 1.2.3-rc.1.',
  },
} as const

export type ErrorCode = keyof typeof errorCodes
