/** What `alk release` and its parts print under `--json`. */
import type {
  DevelopmentReport,
  ReleaseKeygenReport,
  ReleaseOperationReport,
  ReleasePlanReport,
  ReleaseProveReport,
  ReleaseVerifyReport,
  RelFolderReport,
} from '@alkahest/ops'
import { flag, list, literal, map, number, object, ok, optional, orNull, text } from './shape.ts'
import type { JsonDocument } from './shape.ts'

const releaseTarget = literal(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'], 'where it runs')

type PlannedRelease = ReleasePlanReport['releases'][number]
const releaseChild = object<PlannedRelease['children'][number]>({
  name: text('child'),
  member: optional(text('whose program it is: a member of the workspace, POSIX; `.` for the root')),
  entry: optional(text('the file that it starts with, inside the package')),
  instances: number('processes'),
  restart: literal(['permanent', 'transient', 'temporary'], 'whether it is started again'),
  ready: literal(['listening', 'started', 'message'], 'when it counts as ready'),
  readyMs: number('how long that may take'),
  shutdownMs: number('how long it may take to end'),
  watchdogMs: number('how long its event loop may stand still; 0: for ever'),
  memoryMaxMb: number('how much memory it may have; 0: any'),
  health: optional(text('the path that must answer 2xx')),
  env: map(text('value'), 'variables of its own'),
})

export const releaseDocuments: readonly JsonDocument[] = [
  {
    title: 'Release',
    commands: ['alk release'],
    about: 'One entry for each target.',
    shape: object<{ ok: true } & ReleaseOperationReport>({
      ...ok,
      releases: list(
        object<ReleaseOperationReport['releases'][number]>({
          name: text('release'),
          version: text('version'),
          target: releaseTarget,
          tarball: text('absolute path'),
          size: number('bytes of the tarball'),
          sha256: text('of the tarball, hexadecimal'),
          beside: list(text('absolute path'), 'what was written beside it: bill of materials, signatures, SHA256SUMS'),
          tarSha256: text('of the tar inside, hexadecimal: the same whatever compressed it'),
          files: number('files in it'),
          runtime: object<ReleaseOperationReport['releases'][number]['runtime']>(
            {
              version: text('version of Node'),
              packageName: text('the package it came from'),
              integrity: text('of that package'),
            },
            'the Node inside',
          ),
        }),
        'what was built',
      ),
    }),
  },
  {
    title: 'Release for development',
    commands: ['alk release --dev'],
    about: 'The folder that was made.',
    shape: object<{ ok: true } & DevelopmentReport>({
      ...ok,
      name: text('release'),
      version: text('version'),
      folder: text('absolute; `bin/NAME` is in it'),
    }),
  },
  {
    title: 'Release, the plan',
    commands: ['alk release plan'],
    about: 'One entry for each target.',
    shape: object<{ ok: true } & ReleasePlanReport>({
      ...ok,
      releases: list(
        object<PlannedRelease>({
          name: text('release'),
          version: text('version'),
          target: text('where it runs'),
          member: text('the first member that it starts, POSIX; `.` for the root'),
          members: list(text('member'), 'all that it starts, that one first'),
          tarball: text('absolute path'),
          strategy: text('who is started again with a program that ended'),
          children: list(releaseChild, 'the programs that run'),
          steps: list(text('`assemble`, `tar`, or the name of a function'), 'what makes it, in order'),
          overlays: list(text('folder'), 'whose files are laid over it'),
          packages: list(text('instance'), 'what goes in'),
          runtime: object<PlannedRelease['runtime']>(
            {
              version: text('version of Node'),
              packageName: text('the package it comes from; `node` for a path'),
              pinned: flag('release.lock decided it'),
            },
            'the Node that would come along',
          ),
          signed: flag('a key was given'),
        }),
        'what would be built',
      ),
    }),
  },
  {
    title: 'Release, its folder',
    commands: ['alk release init'],
    about: 'What was written.',
    shape: object<{ ok: true } & RelFolderReport>({
      ...ok,
      folder: text('absolute'),
      written: list(text('path'), 'new files'),
      kept: list(text('path'), 'files that were there'),
    }),
  },
  {
    title: 'Release, verified',
    commands: ['alk release verify'],
    about: 'One entry for each target. A difference is a failure whose details have `differences`.',
    shape: object<{ ok: true } & ReleaseVerifyReport>({
      ...ok,
      releases: list(
        object<ReleaseVerifyReport['releases'][number]>({
          tarball: text('absolute path'),
          sha256: text('of the tarball, hexadecimal'),
          tarSha256: orNull(text('of the tar inside, when it was made again')),
          signature: literal(['valid', 'unchecked', 'none'], 'unchecked: signed, and no key says by whom it should be'),
          keyId: orNull(text('the number of the key that signed it, where that was checked')),
        }),
        'what was verified',
      ),
    }),
  },
  {
    title: 'Release, proved',
    commands: ['alk release prove'],
    about: 'When a request failed: a failure with the code `RELEASE_LOST_REQUESTS` and these fields in its details.',
    shape: object<{ ok: true } & ReleaseProveReport>({
      ...ok,
      rolls: number('moves from one version to the other'),
      failed: number('requests that failed: 0'),
      loads: list(
        object<ReleaseProveReport['loads'][number]>({
          kind: literal(['keep-alive', 'close', 'slow upload', 'websocket'], 'what sort of requests'),
          sent: number('requests; for WebSockets: connections'),
          succeeded: number('of them'),
          failures: map(number('how often'), 'reason to count'),
          versions: list(text('version'), 'seen in answers that are JSON with a `version`'),
          p99Before: number('milliseconds that 99 of 100 needed at most, before the first roll'),
          p99Since: number('the same since then'),
        }),
        'one entry for each sort',
      ),
    }),
  },
  {
    title: 'Release, a key',
    commands: ['alk release keygen'],
    about: 'The key that was made; its secret is in the file only.',
    shape: object<{ ok: true } & ReleaseKeygenReport>({
      ...ok,
      file: text('absolute: the secret key'),
      public: text('the public key, as in rel/trusted_keys'),
      keyId: text('its number, as minisign shows it'),
      trustedKeys: text('absolute: where the public key was added'),
      insideProject: flag('the secret lies where it could be committed'),
    }),
  },
]
