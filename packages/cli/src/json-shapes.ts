/**
 * The shape of everything that `--json` prints, in one place. docs/reference/json.md is generated from it, a test holds
 * real documents against it, and the compiler holds it against the reports of `ops`: a field that a report has and this
 * file has not is an error here. Nothing of it is loaded when a command runs.
 */
import type {
  CompileReport,
  HolderReport,
  IdentityReport,
  ImportReport,
  InstallReport,
  LockEdge,
  LockReport,
  MemberReport,
  NewProjectReport,
  OutdatedReport,
  PeersReport,
  RunReport,
  TestReport,
  TreeReport,
  WhyNotReport,
  WhyReport,
} from '@alkahest/ops'
import { diskDocuments } from './json-disk-shapes.ts'
import { packageDocuments } from './json-package-shapes.ts'
import { releaseDocuments } from './json-release-shapes.ts'
import { taskDocuments } from './json-task-shapes.ts'
import { anything, flag, list, literal, map, number, object, ok, optional, orNull, text } from './shape.ts'
import type { JsonDocument, Shape } from './shape.ts'

type Change = InstallReport['added'][number]
const change = object<Change>({ name: text('package'), version: text('version') })

const newPeerConflict = object<InstallReport['peerConflicts'][number]>({
  package: text('who asks'),
  peer: text('for which package'),
  range: text('in which versions'),
  found: orNull(text('what it gets')),
  explanation: text('sentences, a line each'),
  suggestions: list(text('sentence'), 'what would help, each on its own'),
})

const acceptedPeerConflict = object<PeersReport['conflicts'][number]>({
  package: text('who asks'),
  peer: text('for which package'),
  range: text('in which versions'),
  found: orNull(text('what it gets')),
  reason: text('one sentence'),
})

const installFields = {
  added: list(change, 'new in the installed tree'),
  changed: list(
    object<InstallReport['changed'][number]>({
      name: text('package'),
      from: text('version before'),
      to: text('version now'),
    }),
    'in another version than before',
  ),
  removed: list(change, 'no longer in the installed tree'),
  heldBack: list(
    object<InstallReport['heldBack'][number]>({
      name: text('package'),
      version: text('the version that is too young (`minimumReleaseAge`)'),
      instead: orNull(text('the version taken instead')),
      published: text('ISO 8601: when it was published'),
    }),
    'newer versions that were not considered',
  ),
  deprecated: list(
    object<InstallReport['deprecated'][number]>({
      name: text('package'),
      version: text('version'),
      message: text("its author's words"),
    }),
    'chosen versions that their authors deprecated',
  ),
  skipped: list(change, 'optional packages that do not run on this machine'),
  unapprovedBuilds: list(change, 'packages whose build scripts were not run because nobody approved them'),
  builds: list(
    object<InstallReport['builds'][number]>({
      name: text('package'),
      version: text('version'),
      outcome: literal(
        ['built', 'kept', 'failed'],
        '`kept`: what an earlier build made was used; `failed`: only of an optional package',
      ),
      log: text('the file with what it printed'),
    }),
    'approved builds of dependencies',
  ),
  peerConflicts: list(newPeerConflict, 'peer conflicts that this run met for the first time'),
  lockfile: literal(['unchanged', 'written', 'created'], 'what happened to alkahest.lock'),
  upToDate: flag('there was nothing to do'),
  dryRun: flag('nothing of it was done'),
  seconds: number('how long it took'),
} satisfies { readonly [Key in keyof InstallReport]-?: Shape<InstallReport[Key]> }

const treePackage = object<TreeReport['packages'][number]>({
  id: text('unique in this document, and stable'),
  name: text('package'),
  version: text('version'),
  kind: literal(['registry', 'git', 'file', 'tarball', 'workspace'], 'where it comes from'),
  dependencies: map(text('id'), 'name under node_modules to id'),
  peers: map(text('id'), 'peer to the id it is bound to'),
  optional: optional(literal([true], 'every path to it goes through an optional dependency')),
  skipped: optional(literal([true], 'it does not run on this machine and is not on disk')),
})

const edgeKind = (meaning: string): Shape<HolderReport['kind']> =>
  literal(['dependency', 'development', 'optional', 'peer'], meaning)

const lockEdges = list(
  object<LockEdge>({
    alias: text('name under node_modules'),
    kind: edgeKind('`peer`: it was added because something below asks for it'),
    specifier: text('what is asked, after catalogs and overrides'),
    target: orNull(text('an id, `workspace:<path>` for a member; null: an optional one that was left out')),
  }),
  'what it asks for, and what it gets',
)

const lockPeers = list(
  object<LockReport['packages'][number]['peers'][number]>({
    name: text('package'),
    range: text('in which versions'),
    optional: flag('it may be absent'),
  }),
  'what it asks of those that depend on it',
)

const programFields = {
  exitCode: number('0'),
  members: optional(
    list(
      object<MemberReport>({
        path: text('of the member, POSIX; `.` for the root'),
        exitCode: orNull(number('null when it was not started, because something that it needs failed')),
      }),
      'with `--filter`: where it ran, in the order in which they ended',
    ),
  ),
} satisfies { readonly [Key in keyof RunReport]-?: Shape<RunReport[Key]> }

const diagnostic = object<CompileReport['diagnostics'][number]>({
  file: optional(text('relative to the package; absent for what concerns no file')),
  line: optional(number('from 1')),
  column: optional(number('from 1')),
  severity: literal(['error', 'warning'], 'how bad it is'),
  code: text('`TS2322`'),
  message: text("the compiler's words"),
})

export const jsonDocuments: readonly JsonDocument[] = [
  {
    title: 'Failure',
    commands: ['alk ...'],
    about:
      'Whatever goes wrong, in any command, wrong usage included. The exit code is 1, for `USAGE` 2, after an interruption 130.',
    shape: object({
      ok: literal([false], 'it did not work'),
      error: object({
        code: text('stable for ever; [errors.md](errors.md) explains each'),
        message: text('one sentence that names the thing and the place'),
        hint: optional(text('what to do next')),
        details: optional(map(anything('plain JSON'), 'facts for programs')),
      }),
    }),
  },
  {
    title: 'Install',
    commands: ['alk install', 'alk add', 'alk remove', 'alk update', 'alk dedupe'],
    about: 'What changed in the installed tree. With `--dry-run`: what would change.',
    shape: object<{ ok: true } & InstallReport>({ ...ok, ...installFields }),
  },
  {
    title: 'Tree',
    commands: ['alk tree'],
    about: 'One entry for each instance: a package version together with the peers it sees.',
    shape: object<{ ok: true } & TreeReport>({
      ...ok,
      members: list(
        object<TreeReport['members'][number]>({
          name: text("the member's name"),
          path: text('its folder, POSIX, relative to the root; `.` for the root itself'),
          dependencies: map(text('id'), 'name under node_modules to id'),
        }),
        'the project itself, or the members of the workspace',
      ),
      packages: list(treePackage, 'sorted by id'),
    }),
  },
  {
    title: 'Why',
    commands: ['alk why'],
    about: 'How the project comes to a package.',
    shape: object<{ ok: true } & WhyReport>({
      ...ok,
      name: text('package'),
      versions: list(
        object<WhyReport['versions'][number]>({
          id: text('instance'),
          version: text('version'),
          paths: list(
            list(
              object<WhyReport['versions'][number]['paths'][number][number]>({
                id: text('member or instance'),
                specifier: orNull(text('what it asks of the next one')),
              }),
              'from a member to the package',
            ),
            'every way to it',
          ),
          decided: list(text('sentence'), 'what decided this version'),
          newer: orNull(
            object<NonNullable<WhyReport['versions'][number]['newer']>>(
              {
                version: text('what the registry calls latest'),
                reasons: list(text('sentence'), 'why it is not that one'),
              },
              'null: this is the latest, or the registry could not be asked',
            ),
          ),
        }),
        'one entry for each installed version',
      ),
    }),
  },
  {
    title: 'Why not',
    commands: ['alk why --not'],
    about: 'What stands against a version.',
    shape: object<{ ok: true } & WhyNotReport>({
      ...ok,
      name: text('package'),
      version: text('the version that was asked about'),
      possible: flag('nothing stands against it but preference'),
      reasons: list(text('sentence'), 'the requirements or the proof, a line each'),
    }),
  },
  {
    title: 'Outdated',
    commands: ['alk outdated'],
    about: 'Direct dependencies of which there is something newer.',
    shape: object<{ ok: true } & OutdatedReport>({
      ...ok,
      dependencies: list(
        object<OutdatedReport['dependencies'][number]>({
          member: text('its folder, POSIX, relative to the root; `.` for the root itself'),
          alias: text('name under node_modules'),
          name: text('package'),
          kind: edgeKind('how it is asked for'),
          current: text('the version that is locked'),
          wanted: text('the newest that the requirement allows'),
          latest: text('what the registry calls latest'),
          heldBy: list(
            object<HolderReport>({
              from: text('a manifest or a package'),
              kind: edgeKind('how it asks'),
              name: text('the name it asks for'),
              range: text('what it allows'),
            }),
            'who asks for less than `wanted`, or, when nobody does, for less than `latest`',
          ),
        }),
        'by member and name',
      ),
    }),
  },
  {
    title: 'Peers',
    commands: ['alk peers'],
    about: 'The peer conflicts that the lockfile accepts.',
    shape: object<{ ok: true } & PeersReport>({
      ...ok,
      conflicts: list(acceptedPeerConflict, 'by package and peer'),
    }),
  },
  {
    title: 'Lock',
    commands: ['alk lock'],
    about: 'What the lockfile holds, whole or for one member.',
    shape: object<{ ok: true } & Omit<LockReport, 'text'>>({
      ...ok,
      file: orNull(text('where its text was written (`--output`), absolute')),
      format: number('of the lockfile: 1'),
      settings: map(text('text'), 'what changed the resolution besides the manifests'),
      members: list(
        object<LockReport['members'][number]>({
          path: text('POSIX, relative to the root; `.` for the root itself'),
          name: orNull(text('its name')),
          dependencies: lockEdges,
          peers: lockPeers,
        }),
        'by path',
      ),
      packages: list(
        object<LockReport['packages'][number]>({
          id: text('unique'),
          name: text('package'),
          version: text('version'),
          source: literal(['registry', 'tarball', 'file', 'directory', 'git'], 'where it is from'),
          integrity: orNull(text('of its tarball; null for folders')),
          tarball: orNull(text('its address, when it is not where the registry usually has it')),
          dependencies: lockEdges,
          peers: lockPeers,
          os: list(text('name'), 'on which it runs; empty: everywhere'),
          cpu: list(text('name'), 'likewise'),
          libc: list(text('name'), 'likewise'),
          engines: map(text('range'), 'what it runs on'),
          bin: list(text('command'), 'commands it brings'),
          builds: flag('it has build scripts'),
          deprecated: orNull(text("its author's words")),
        }),
        'by name and version',
      ),
      peerConflicts: list(acceptedPeerConflict, 'that are accepted'),
    }),
  },
  {
    title: 'Import',
    commands: ['alk import'],
    about: "What came of another tool's lockfile.",
    shape: object<{ ok: true } & ImportReport>({
      ...ok,
      from: text('the other lockfile, relative to the root of the project'),
      packages: number('packages that are locked now'),
      kept: number('versions of the other lockfile that were kept'),
      moved: list(
        object<ImportReport['moved'][number]>({
          name: text('package'),
          from: list(text('version'), 'versions that are locked no more'),
          to: list(text('version'), 'versions that came instead'),
          reason: literal(
            [
              'not in the registry',
              'nothing asks for it',
              'another locked version serves as well',
              'the manifests ask for another',
            ],
            'why',
          ),
        }),
        'what could not be kept',
      ),
      peerConflicts: list(newPeerConflict, 'peer conflicts that are accepted from now on'),
    }),
  },
  {
    title: 'New project',
    commands: ['alk new'],
    about: 'What was written.',
    shape: object<{ ok: true } & NewProjectReport>({
      ...ok,
      directory: text('absolute'),
      name: text("the package's name"),
      files: list(text('path'), 'relative to the folder'),
    }),
  },
  {
    title: 'Compile',
    commands: ['alk compile'],
    about:
      'What the compiler prints goes to stderr. When it fails, a failure with the code `PROGRAM_FAILED` and all these fields in its details.',
    shape: object<{ ok: true } & CompileReport>({
      ...ok,
      ...programFields,
      skipped: flag('there is no tsconfig.json, hence nothing to compile'),
      diagnostics: list(diagnostic, 'what the compiler warned of'),
    }),
  },
  {
    title: 'Program',
    commands: ['alk exec', 'alk format', 'alk lint'],
    about:
      'What the program prints goes to stderr. When it fails, a failure with the code `PROGRAM_FAILED` and `exitCode` in its details.',
    shape: object<{ ok: true } & RunReport>({ ...ok, ...programFields }),
  },
  {
    title: 'Test',
    commands: ['alk test'],
    about: 'As for the other programs.',
    shape: object<{ ok: true } & TestReport>({
      ...ok,
      ...programFields,
      upToDate: flag('with `--stale`: nothing changed since the tests passed, and nothing was run'),
    }),
  },
  {
    title: 'Run, the first line',
    commands: ['alk run'],
    about:
      '`alk run` prints two lines of JSON, because what it runs may run for ever. This one comes before the program starts.',
    shape: object({ ...ok, event: literal(['started'], 'which line this is'), target: text('the script or file') }),
  },
  {
    title: 'Run, the last line',
    commands: ['alk run'],
    about: 'After the program has ended with 0; otherwise a failure, as for the other programs.',
    shape: object({ ...ok, event: literal(['ended'], 'which line this is'), exitCode: number('0') }),
  },
  {
    title: 'Identity',
    commands: ['alk login', 'alk logout', 'alk whoami'],
    about: 'Who you are to a registry, or were.',
    shape: object<{ ok: true } & IdentityReport>({
      ...ok,
      registry: text('its address'),
      username: text('your name there'),
    }),
  },
  ...packageDocuments,
  ...diskDocuments(installFields),
  ...releaseDocuments,
  ...taskDocuments,
  {
    title: 'Version',
    commands: ['alk --version'],
    about: 'Of Alkahest itself.',
    shape: object({ ...ok, version: text('version') }),
  },
  {
    title: 'Help',
    commands: ['alk --help', 'alk help'],
    about: 'The text that a person would see.',
    shape: object({ ...ok, help: text('several lines') }),
  },
]
