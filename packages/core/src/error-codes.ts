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
  ADVISORIES_FOUND: {
    meaning: 'Security advisories concern versions that are locked.',
    next: 'Update the packages named, or ignore an advisory in package.json with a reason and a last day.',
  },
  ALIAS_CYCLE: {
    meaning: 'Aliases of alkahest.config.ts name each other in a circle.',
    next: 'Take one of the aliases named out of the other.',
  },
  BUG: {
    meaning: 'Something that cannot happen has happened: a mistake in Alkahest itself, not in your project.',
    next: 'Report it with the line that the hint shows and the output of the same command with `--verbose`.',
  },
  BUILD_FAILED: {
    meaning: 'The approved build of a dependency failed; what was installed before is installed still.',
    next: 'Read the output in the file that the hint names, mend what it lacks, or install the package without its build.',
  },
  CACHE_UNWRITABLE: {
    meaning: 'The folder that keeps what registries answered cannot be written.',
    next: 'Make the folder named writable, free some space, or point ALKAHEST_HOME at another one.',
  },
  CATALOG_ENTRY_NOT_FOUND: {
    meaning: 'A dependency says `catalog:`, but the catalog has no entry for it.',
    next: 'Add the entry to the catalog in pnpm-workspace.yaml, or write a range.',
  },
  COMPILE_FAILED: {
    meaning: 'The project does not compile, so what was to be made of it was not made.',
    next: 'Run `alk compile`, mend what it names, and try again.',
  },
  CONFIG_INVALID: {
    meaning: 'alkahest.config.ts cannot be loaded, or a field in it does not mean anything.',
    next: 'Mend the place named in alkahest.config.ts; alkahest-env.d.ts describes its fields.',
  },
  CONFIRMATION_NEEDED: {
    meaning: 'A command that asks before it changes something was started where nobody can be asked.',
    next: 'See what it would do with `--dry-run`, then say `--yes`.',
  },
  DATE_INVALID: {
    meaning: 'A date given on the command line cannot be read.',
    next: 'Write it as 2026-11-22 or 2026-11-22T12:00:00Z.',
  },
  DEPENDENCY_NOT_FOUND: {
    meaning: 'The manifest does not name the dependency that a command was to change.',
    next: 'Check its name with `alk tree`.',
  },
  DIRECTORY_NOT_EMPTY: {
    meaning: 'A new project was to be made in a folder that already holds something.',
    next: 'Choose another folder, or empty this one; nothing was written.',
  },
  DOCS_NOTHING_TO_DOCUMENT: {
    meaning: 'alk docs found no source of the package to begin with.',
    next: 'Name the compiled entry under "exports" in package.json, with its source of the same name in src.',
  },
  ENVIRONMENT_INVALID: {
    meaning: 'ALK_ENV is no name of an environment, or a .env file cannot be read as one.',
    next: 'Set ALK_ENV to dev, test, prod or another word, or mend the file named.',
  },
  FILE_UNREADABLE: {
    meaning: 'A file of the project exists but cannot be read.',
    next: 'Look at its owner and permissions.',
  },
  FILE_UNWRITABLE: {
    meaning: 'A file of the project cannot be written; it is as it was.',
    next: 'Look at the permissions of its folder and at the free space on the disk.',
  },
  FILTER_INVALID: {
    meaning: 'A --filter does not mean anything, or names a commit that git does not know.',
    next: 'Write a name, a glob of names, ./a/path, dependents as ...name, dependencies as name..., or [since-this-commit].',
  },
  FILTER_MATCHES_NOTHING: {
    meaning: 'No member of the workspace is what --filter asks for.',
    next: 'Look at the names in the members, and at their paths.',
  },
  GIT_ACCESS_DENIED: {
    meaning:
      'A dependency comes from a git repository that is private or does not exist: servers say the same of both.',
    next: "Try `git ls-remote` with the address: git's own credentials and keys are used, and nothing is asked.",
  },
  GIT_FAILED: {
    meaning: 'A dependency comes from a git repository that could not be read.',
    next: 'Try `git ls-remote` with the address; when it works, run the command again.',
  },
  GIT_MISSING: {
    meaning: 'A dependency comes from a git repository, and this machine has no git.',
    next: 'Install git, or depend on a published version or a tarball.',
  },
  GIT_NO_PACKAGE: {
    meaning: 'A dependency comes from a git repository that has no package.json there.',
    next: 'Name the folder of the package with `#commit&path:/folder`, or another commit.',
  },
  GIT_REFUSED: {
    meaning:
      'A version was to be committed and tagged, and git stands in the way: changes, a tag that exists, or an error of git.',
    next: 'Mend what is named, or leave git alone with `alk version --no-git`.',
  },
  GIT_REF_NOT_FOUND: {
    meaning: 'A git repository has no such commit, branch or tag, or no tag that is a version in the range.',
    next: 'Look at `git ls-remote` of the address, and name what is there.',
  },
  IMPORT_NOT_FOUND: {
    meaning: 'There is no lockfile of another tool that `alk import` could read.',
    next: 'Name the package-lock.json or pnpm-lock.yaml, or resolve anew with `alk install`.',
  },
  IMPORT_UNDECLARED: {
    meaning:
      "A program failed, and the project's own code imports packages that its package.json does not name; what others bring along is theirs alone.",
    next: 'Add them with the command that the hint shows, or take the imports out.',
  },
  INSTALL_WRITE_FAILED: {
    meaning: 'node_modules could not be written: the disk is full, read-only or not yours.',
    next: 'Do what the hint says; what was installed before is installed still.',
  },
  INTEGRITY_INVALID: {
    meaning: 'A text that should be an integrity (for example `sha512-...`) is not one.',
    next: 'Restore the lockfile or the document that holds it from version control or from its registry.',
  },
  INTEGRITY_MISMATCH: {
    meaning: 'The bytes that arrived are not the bytes that were promised: their hash differs from the recorded one.',
    next: 'Do not install it. Try again; when it stays, ask the registry operator whether the package was tampered with.',
  },
  INTERRUPTED: {
    meaning:
      'A signal (Ctrl-C) or a cancelled question ended the command before it was done; what it had begun was put back.',
    next: 'Run the command again when you want it.',
  },
  JSON_INVALID: {
    meaning: 'A document is not JSON, or is larger or nested deeper than allowed.',
    next: 'Mend the document at the place named.',
  },
  KEYS_INVALID: {
    meaning: "A registry's list of signing keys cannot be read.",
    next: 'Ask the operator of the registry; until then its signatures cannot be checked.',
  },
  LOCKFILE_EXISTS: {
    meaning: 'The project has an alkahest.lock already, so nothing is imported over it.',
    next: 'Remove alkahest.lock if the versions of the other lockfile are to count.',
  },
  LOCKFILE_INVALID: {
    meaning: 'alkahest.lock cannot be read at the line named. It is never taken as an empty one.',
    next: 'Take it from version control again; if two branches changed it, leave the conflict markers in and run `alk install`.',
  },
  LOCKFILE_MISSING: {
    meaning: 'The command works from alkahest.lock, and the project has none yet.',
    next: 'Run `alk install` and commit the lockfile.',
  },
  LOCKFILE_NOT_DEDUPED: {
    meaning: 'The lockfile has copies of a package that one could do without, and `alk dedupe --check` was asked.',
    next: 'Run `alk dedupe` and commit alkahest.lock.',
  },
  LOCKFILE_OUTDATED: {
    meaning:
      'The manifests ask for something that the lockfile does not answer, and it may not be changed (`--frozen`, or CI).',
    next: 'Run `alk install` where the lockfile may be changed, and commit it.',
  },
  LOCKFILE_TOO_NEW: {
    meaning: 'alkahest.lock was written by a newer Alkahest, in a format that this one does not read.',
    next: 'Use the version that wrote it, or a newer one.',
  },
  LOGIN_EXPIRED: {
    meaning: 'The page for logging in was not confirmed in time.',
    next: 'Run the command again and confirm in the browser.',
  },
  LOGIN_INPUT_MISSING: {
    meaning: '`alk login` needs a user name and a password, and there is no terminal to ask on.',
    next: 'Give them with `--username` and `--password-stdin`, or in `ALK_USERNAME` and `ALK_PASSWORD`.',
  },
  LOGIN_REFUSED: {
    meaning: 'The registry does not accept the name and password given.',
    next: 'Check both; where sign-up is closed, the operator of the registry makes the account.',
  },
  MANIFEST_INVALID: {
    meaning: 'A package.json is readable JSON, but a field in it does not mean anything.',
    next: 'Mend the field named.',
  },
  MEMBER_NOT_FOUND: {
    meaning: 'A dependency asks for a member of the workspace which does not exist or has another version.',
    next: 'Mend the name or the version, or ask for a published version instead of `workspace:`.',
  },
  NODE_TOO_OLD: {
    meaning: 'The Node that runs `alk` lacks what it is built on.',
    next: 'Install the version of Node that the message names.',
  },
  NODE_TOO_OLD_FOR_PROXY: {
    meaning: 'A proxy is configured, and this version of Node cannot use one.',
    next: 'Run Alkahest with Node 24.5 or later.',
  },
  NOT_LOGGED_IN: {
    meaning: 'The command needs an account at the registry, and no credentials for it are configured.',
    next: 'Run `alk login`.',
  },
  NPMRC_INVALID: {
    meaning: 'A setting in an .npmrc or in an npm_config_* variable cannot mean anything.',
    next: 'Mend or remove the setting at the place named.',
  },
  NPMRC_UNREADABLE: {
    meaning: 'An .npmrc, or a certificate that one names, exists but cannot be read.',
    next: 'Make the file readable for your user, or remove the setting that names it.',
  },
  NPMRC_UNWRITABLE: {
    meaning: 'The .npmrc of the user, which keeps tokens, cannot be written.',
    next: 'Make the file and its folder writable for your user.',
  },
  OFFLINE_MISSING: {
    meaning: 'Something is needed that was never fetched before, and the network must not be used.',
    next: 'Run the command once without `--offline`.',
  },
  OVERRIDE_INVALID: {
    meaning: 'An entry of `overrides`, `pnpm.overrides` or `resolutions` cannot be read.',
    next: 'Write `name`, `name@range` or `dependent>name` as key, and a range, a tag, `$name` or `-` as value.',
  },
  PACKAGE_CHECK_FAILED: {
    meaning:
      'The package is not right for those who would install it: an entry, a file or types that are not there, or not as promised.',
    next: 'Mend what the message lists and look again with `alk pack`; `--no-check` publishes it all the same.',
  },
  PACKAGE_NAME_INVALID: {
    meaning: 'A package name breaks the rules of npm for names.',
    next: 'Use a name of lower-case letters, digits, dots, dashes and underscores, with an optional @scope/ in front.',
  },
  PACKAGE_NOT_FOUND: {
    meaning: 'A package that something depends on is not in the registry, or nothing is at the address named.',
    next: 'Mend the name or the address; for a private package check the registry of its scope and the login.',
  },
  PACKAGE_NOT_INSTALLED: {
    meaning: 'Nothing in the lockfile has the name that was asked about.',
    next: 'Check its name with `alk tree`.',
  },
  PACKAGE_PRIVATE: {
    meaning: 'The manifest says `"private": true`, which keeps a package from being published by accident.',
    next: 'Take the field out when the package is meant for others.',
  },
  PACKUMENT_INVALID: {
    meaning: "A registry's answer about a package is not a document about that package.",
    next: "Check the registry's address; when it is right, its operator has to mend the answer.",
  },
  PACK_BUNDLES_DEPENDENCIES: {
    meaning: 'A package asks for bundleDependencies, and alk cannot pack dependencies into a package.',
    next: 'Publish it without bundleDependencies, or pack it with npm pack.',
  },
  PATH_NOT_FOUND: {
    meaning: 'A path given on the command line leads nowhere.',
    next: 'Check the path; it is relative to the folder where the command runs.',
  },
  PEER_CONFLICT: {
    meaning: 'A change would bind a peer outside the range that its package asks for.',
    next: 'Apply one of the suggestions, or accept such conflicts with `"peers": "warn"` under `"alkahest"`.',
  },
  PLATFORM_UNSUPPORTED: {
    meaning: 'A required package says that it does not run on this operating system, processor or C library.',
    next: 'Install on a platform which it supports, choose another version, or make it an optional dependency.',
  },
  PROGRAM_FAILED: {
    meaning:
      "A program that the command ran (a script, the tests, a tool) ended with an exit code other than 0, which is the command's own.",
    next: 'Read what the program printed.',
  },
  PROGRAM_NOT_STARTED: {
    meaning: 'A program could not be started: it does not exist or is not executable.',
    next: 'Install it, or mend its path or permissions.',
  },
  PROJECT_NOT_FOUND: {
    meaning: 'There is no package.json in the folder or in any above it.',
    next: 'Go into a project, name one with -C, or make one with alk new.',
  },
  PUBLISH_BODY_INVALID: {
    meaning: 'The body of a publish does not follow the npm protocol.',
    next: 'Publish again with a current npm, pnpm, yarn, bun or alk; when it persists, something between rewrites requests.',
  },
  RANGE_INVALID: {
    meaning: 'A version range cannot be read.',
    next: 'Write it as npm does: ^1.2.3, ~1.2, >=1 <3, 1.x, or versions joined by ||.',
  },
  REGISTRY_ACCOUNT_INVALID: {
    meaning: 'An account of the registry does not exist, or cannot be made as asked.',
    next: 'List the accounts with `alk registry user list`.',
  },
  REGISTRY_CANNOT_LISTEN: {
    meaning: 'The registry cannot listen on the host and port it was given.',
    next: 'Choose another port with --port, or 0 for any free one.',
  },
  REGISTRY_CONFIGURATION_INVALID: {
    meaning: 'A setting of the registry, from a flag, the environment or the configuration file, cannot mean anything.',
    next: 'Correct the value at the place named; docs/guides/operate-a-registry.md lists the settings.',
  },
  REGISTRY_CONFLICT: {
    meaning:
      'The registry refuses a change because of what it already has, most often a version that was published before.',
    next: 'Publish under a new version: a published one never changes.',
  },
  REGISTRY_DATABASE_UNREACHABLE: {
    meaning: 'The registry cannot use the PostgreSQL database that it is configured for.',
    next: 'Check ALKAHEST_REGISTRY_DATABASE_URL, and that the database runs and knows the user.',
  },
  REGISTRY_DATA_INVALID: {
    meaning: "A registry's data folder or backup is damaged, missing, or not where it should be.",
    next: 'Check the folder named with `alk registry verify`; restore from a backup that verifies.',
  },
  REGISTRY_ERROR: {
    meaning: 'The registry answered that it cannot do what it was asked for; its own words follow.',
    next: 'Try again later when the status is 5xx; otherwise mend what its words say.',
  },
  REGISTRY_FORBIDDEN: {
    meaning: 'The registry knows who asks and does not allow it (403).',
    next: 'Ask an owner of the package or the operator of the registry.',
  },
  REGISTRY_NONSENSE: {
    meaning: 'What answered does not behave like an npm registry: no JSON, a broken answer, a wrong redirect.',
    next: 'Check the address of the registry, and proxies on the way to it.',
  },
  REGISTRY_NOT_FOUND: {
    meaning: 'The registry has nothing under the address asked (404).',
    next: 'Check the name and the version, and which registry its scope belongs to.',
  },
  REGISTRY_OTP_NEEDED: {
    meaning: 'The registry wants a one-time password for this change.',
    next: 'Run the command again with `--otp` and the password your authenticator shows.',
  },
  REGISTRY_SCHEMA_NEWER: {
    meaning: "The registry's database was written by a newer version of the program.",
    next: 'Start the registry with that newer version.',
  },
  REGISTRY_TIMEOUT: {
    meaning: 'The registry did not accept a connection, or went silent, for longer than allowed.',
    next: 'Try again; raise `fetch-timeout` (milliseconds) in .npmrc for a slow network.',
  },
  REGISTRY_TOO_LARGE: {
    meaning: 'An answer is larger than anything a registry should send.',
    next: 'Ask the operator of the registry what it serves under this name.',
  },
  REGISTRY_UNAUTHORIZED: {
    meaning: 'The registry wants to know who asks, or does not accept the token it was given (401).',
    next: 'Run `alk login`, or put a valid token for the registry into .npmrc.',
  },
  REGISTRY_UNREACHABLE: {
    meaning: 'No connection to the registry: nothing listens, its name is unknown, or the network is down.',
    next: 'Start the registry, or mend its address (`registry` in .npmrc) or the network.',
  },
  REGISTRY_UNTRUSTED: {
    meaning: 'The certificate of the registry is not signed by an authority that this machine trusts.',
    next: 'Name the authority with `cafile` in .npmrc or with NODE_EXTRA_CA_CERTS.',
  },
  RELEASE_CONFIGURATION_INVALID: {
    meaning:
      'The `releases` of alkahest.config.ts hold something that does not mean anything, or a step of a release misbehaved.',
    next: 'Mend the setting or the step named.',
  },
  RELEASE_ENTRY_MISSING: {
    meaning:
      'A release has nothing to start: package.json names no entry, or the entry is not among the files of the release.',
    next: 'Name the entry in package.json (`main` or `exports`) or in `releases`, and see that the build writes it and that `files` includes it.',
  },
  RELEASE_EXISTS: {
    meaning: 'The tarball that would be made exists already.',
    next: 'Raise the version, or replace the tarball with --overwrite.',
  },
  RELEASE_KEY_EXISTS: {
    meaning: 'A new key was to be written to a file that exists.',
    next: 'Give the path of a new file; a key that is replaced cannot sign for those who trust it any more.',
  },
  RELEASE_LOCK_INVALID: {
    meaning: 'release.lock, which pins the Node runtimes of releases, cannot be read.',
    next: 'Take it from version control again, or remove it to pin the runtimes anew.',
  },
  RELEASE_LOCK_MISMATCH: {
    meaning:
      'The Node that a release would take along is not the one that release.lock pins: other bytes under the same version, or a pin that the project does not allow any more.',
    next: 'For other bytes find out why they changed. To take another Node say so with --runtime; it is pinned instead.',
  },
  RELEASE_LOST_REQUESTS: {
    meaning: 'While a release was being proved, requests failed that should not have.',
    next: 'Look at the reasons: a status of 500 is the application, a reset is a connection that was cut, for example since the request took longer than shutdownMs.',
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
  RELEASE_NOT_REPRODUCIBLE: {
    meaning: 'A release that was made again from the same sources has other content.',
    next: 'Look at the entries named: the sources changed since, or the build depends on its folder, the time, or on files that git ignores.',
  },
  RELEASE_OVERLAY_MISSING: {
    meaning: 'A folder whose files are to be laid over a release cannot be read, or holds what a release cannot hold.',
    next: 'Mend `overlays` in alkahest.config.ts or the folder named.',
  },
  RELEASE_PLATFORM_MISMATCH: {
    meaning: 'A production dependency does not run on the target of the release.',
    next: 'Release for a platform which the package supports, or make it an optional dependency.',
  },
  RELEASE_PROVE_FAILED: {
    meaning: 'While a release was being proved, it could not be unpacked or one of its own commands failed.',
    next: 'Read what the command said, after the colon; the release does not start or does not become healthy.',
  },
  RELEASE_SIGNATURE_INVALID: {
    meaning:
      'A release is not signed although a key says it should be, its signature does not fit, or a key that is to be trusted is none.',
    next: 'Do not use the tarball; make the release again with --key, or trust the key that signed it.',
  },
  RELEASE_SIGNING_KEY_INVALID: {
    meaning: 'The key to sign a release with is not a secret key of minisign, or has a password.',
    next: 'Give the file that alk release keygen or minisign -G -W made.',
  },
  RELEASE_TARBALL_INVALID: {
    meaning:
      'A file that should be a release is not an archive as `alk release` makes it, or not what SHA256SUMS says.',
    next: 'Make the release again with --overwrite.',
  },
  RELEASE_TARBALL_MISSING: {
    meaning: 'The tarball of the release that was to be verified is not there.',
    next: 'Make it with alk release, with the same name, --target and --destination.',
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
  RESOLUTION_FAILED: {
    meaning: 'The requirements contradict each other: the sentences say which and why.',
    next: 'Apply one of the suggestions, or change one of the requirements named.',
  },
  RESOLUTION_LIMIT: {
    meaning: 'The requirements are so entangled that the solver gave up after a fixed number of conflicts.',
    next: 'Narrow the ranges of direct dependencies, or start from a lockfile that worked.',
  },
  RUNTIME_CONFIGURATION_INVALID: {
    meaning:
      'The runtime configuration in rel/config.mjs cannot be evaluated, or says that a value is missing or wrong.',
    next: 'Set what the message names, in the environment or in a .env file, or mend rel/config.mjs.',
  },
  RUNTIME_NOT_FOUND: {
    meaning: 'There is no Node runtime that the release could take along.',
    next: 'Name another version or the path of a Node program with `--runtime`.',
  },
  SCRIPT_FAILED: {
    meaning: 'A script of package.json that the command depends on ended with an error.',
    next: 'Run it alone with `alk run NAME` and mend it.',
  },
  SCRIPT_NOT_FOUND: {
    meaning: 'What alk run was asked to run is neither a script of package.json nor a file.',
    next: 'Use one of the names that the message lists, or the path of a file.',
  },
  SPECIFIER_INVALID: {
    meaning: 'What a dependency asks for is neither a version, a range, a tag nor a known protocol.',
    next: 'Mend the dependency in the manifest named.',
  },
  SPECIFIER_UNSUPPORTED: {
    meaning: 'A dependency uses a protocol which this version of Alkahest cannot install.',
    next: 'Depend on a published version of the package instead.',
  },
  STORE_BUSY: {
    meaning: 'The store is being verified or collected by another command, which does not end.',
    next: 'Wait for the other command, or end it, and run this one again.',
  },
  STORE_WRITE_FAILED: {
    meaning: 'A package could not be written into the store: the disk is full, read-only or not yours.',
    next: 'Do what the hint says; nothing of the package was kept, so running it again is safe.',
  },
  SYSTEM_ERROR: {
    meaning: 'The operating system refused something: a missing permission, a full disk, too many open files.',
    next: 'Mend what the message names and run the command again.',
  },
  TAG_REQUIRED: {
    meaning: 'A prerelease would have become `latest`, which everybody installs.',
    next: 'Name its tag, for example `--tag next`.',
  },
  TARBALL_INVALID: {
    meaning: "A package's tarball is damaged, is no package, or holds entries that no package may hold.",
    next: 'Pack it again; when it comes from a registry, ask its operator or use another version.',
  },
  TARBALL_MISSING: {
    meaning: 'The registry lists a version, but does not have its tarball.',
    next: 'Ask the operator of the registry to restore it, or use another version.',
  },
  TASK_CYCLE: {
    meaning: 'Tasks need each other in a circle.',
    next: 'Take one of the tasks named out of the needs of the other.',
  },
  TASK_FAILED: {
    meaning: 'A task threw an error.',
    next: 'Mend the task at the place named; --verbose shows all of it.',
  },
  TASK_NOT_FOUND: {
    meaning: 'There is no task of that name, in alkahest.config.ts or in the folder tasks.',
    next: 'Use one of the names that the message lists.',
  },
  TASK_USAGE_INVALID: {
    meaning: 'A task was called with options that it does not have.',
    next: 'Look at its help: alk task NAME --help.',
  },
  TEMPLATE_INVALID: {
    meaning: 'A folder or package given as a template is none: it has no package.json, or holds what is no text.',
    next: 'Mend the template, or choose another one.',
  },
  TOKEN_INVALID: {
    meaning: 'The registry gave a token that cannot be written into an .npmrc.',
    next: 'Ask the operator of the registry what its login answers.',
  },
  TOOL_MISSING: {
    meaning: 'A tool that the command drives is not installed in the project.',
    next: 'Run the alk install or alk add command that the hint gives.',
  },
  USAGE: {
    meaning:
      'The command line cannot be understood: an unknown command or option, or a value that is missing or wrong. The exit code is 2.',
    next: 'Look at `alk help COMMAND`.',
  },
  VERSION_INVALID: {
    meaning: 'A text that should be a version is not one.',
    next: 'Write it as semver does: three numbers with dots, for example 1.2.3 or 1.2.3-rc.1.',
  },
  VERSION_NOT_FOUND: {
    meaning: 'No version of a package matches what is asked for, or none that is old enough.',
    next: 'Ask for another range; for a version that is too young, wait or lower `minimumReleaseAge`.',
  },
  VERSION_STEP_INVALID: {
    meaning: 'What was asked for is no next version: neither a step nor a version above the current one.',
    next: 'Use major, minor, patch, prerelease, or a version above the current one.',
  },
  WORKSPACE_INVALID: {
    meaning: 'The workspace cannot be read: its patterns, its pnpm-workspace.yaml or its members are wrong.',
    next: 'Mend the file and field named.',
  },
} as const

export type ErrorCode = keyof typeof errorCodes
