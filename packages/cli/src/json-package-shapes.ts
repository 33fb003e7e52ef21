/** What the commands on published packages print under `--json`. */
import type {
  AdvisoryReport,
  AuditReport,
  DeprecateReport,
  DiffReport,
  DistTagsReport,
  DoctorReport,
  InfoReport,
  LicensesReport,
  NewTokenReport,
  OwnersReport,
  PackReport,
  PublishReport,
  PublishWorkspaceReport,
  RevokedTokenReport,
  SbomReport,
  SearchReport,
  TokenReport,
  TokensReport,
  UnpublishReport,
} from '@alkahest/ops'
import { anything, flag, list, literal, map, number, object, ok, orNull, text } from './shape.ts'
import type { JsonDocument, Shape } from './shape.ts'

const packFields = {
  name: text('package'),
  version: text('version'),
  file: text('the tarball: its path, or for `publish` its name'),
  files: list(
    object<PackReport['files'][number]>({ path: text('inside the package'), size: number('bytes') }),
    'what is in it, in the order of the tarball',
  ),
  size: number('bytes of the tarball'),
  unpackedSize: number('bytes of the files'),
  integrity: text('`sha512-...` of the tarball'),
  shasum: text('SHA-1 of the tarball, hexadecimal: what old clients ask for'),
  warnings: list(
    object<PackReport['warnings'][number]>({ path: text('file'), reason: text('why it looks wrong') }),
    'files that look as if they should stay at home',
  ),
  problems: list(
    object<PackReport['problems'][number]>({
      severity: literal(['error', 'warning'], 'an error is wrong for somebody; `publish` refuses it'),
      message: text('one sentence'),
    }),
    'what its consumers would trip over',
  ),
} satisfies { readonly [Key in keyof PackReport]-?: Shape<PackReport[Key]> }

const publishFields = {
  ...packFields,
  registry: text('its address'),
  tag: text('the tag that points at it now'),
  dependencies: map(text('range'), 'as they travel: what only the workspace understands is replaced'),
  published: flag('false with `--dry-run`, or after a no'),
} satisfies { readonly [Key in keyof PublishReport]-?: Shape<PublishReport[Key]> }

const packageFields = { name: text('package'), registry: text('its address') }

const tokenFields = {
  key: text('what `alk token revoke` takes'),
  name: text('what it is for'),
  readOnly: flag('it may not publish'),
  created: orNull(text('ISO 8601')),
  expires: orNull(text('ISO 8601; null when it does not end')),
} satisfies { readonly [Key in keyof TokenReport]-?: Shape<TokenReport[Key]> }

const advisoryFields = {
  id: text('`GHSA-...`, or what the registry calls it'),
  name: text('package'),
  versions: list(text('version'), 'locked ones that it concerns'),
  range: text('all that it concerns'),
  severity: text('`low`, `moderate`, `high`, `critical`'),
  title: text('one line'),
  url: orNull(text('address')),
} satisfies { readonly [Key in keyof AdvisoryReport]-?: Shape<AdvisoryReport[Key]> }

export const packageDocuments: readonly JsonDocument[] = [
  {
    title: 'Pack',
    commands: ['alk pack'],
    about: 'The tarball that was written.',
    shape: object<{ ok: true } & PackReport>({ ...ok, ...packFields }),
  },
  {
    title: 'Publish',
    commands: ['alk publish'],
    about: 'The tarball that was sent.',
    shape: object<{ ok: true } & PublishReport>({ ...ok, ...publishFields }),
  },
  {
    title: 'Publish a workspace',
    commands: ['alk publish --workspace'],
    about: 'One entry for each member that is not private, in the order in which they need each other.',
    shape: object<{ ok: true } & PublishWorkspaceReport>({
      ...ok,
      packages: list(
        object<PublishWorkspaceReport['packages'][number]>({
          ...publishFields,
          present: flag('the registry had this version already, and nothing was sent'),
        }),
        'what was packed',
      ),
    }),
  },
  {
    title: 'Deprecate',
    commands: ['alk deprecate'],
    about: 'The versions that were meant.',
    shape: object<{ ok: true } & DeprecateReport>({
      ...ok,
      ...packageFields,
      versions: list(text('version'), 'those in the range'),
      message: text('what is said of them; empty when the deprecation was taken back'),
    }),
  },
  {
    title: 'Unpublish',
    commands: ['alk unpublish'],
    about: 'What was taken back.',
    shape: object<{ ok: true } & UnpublishReport>({
      ...ok,
      ...packageFields,
      version: orNull(text('null for the whole package')),
    }),
  },
  {
    title: 'Dist-tags',
    commands: ['alk dist-tag'],
    about: 'As they are afterwards.',
    shape: object<{ ok: true } & DistTagsReport>({
      ...ok,
      ...packageFields,
      tags: map(text('version'), 'tag to version'),
    }),
  },
  {
    title: 'Owners',
    commands: ['alk owner'],
    about: 'As they are afterwards.',
    shape: object<{ ok: true } & OwnersReport>({
      ...ok,
      ...packageFields,
      owners: list(
        object<OwnersReport['owners'][number]>({ name: text('user'), email: orNull(text('address')) }),
        'who may publish it',
      ),
    }),
  },
  {
    title: 'Tokens',
    commands: ['alk token list', 'alk token'],
    about: 'Those of the account that is logged in.',
    shape: object<{ ok: true } & TokensReport>({
      ...ok,
      registry: text('its address'),
      tokens: list(object<TokenReport>(tokenFields), 'without the tokens themselves'),
    }),
  },
  {
    title: 'New token',
    commands: ['alk token create'],
    about: 'The token is shown this once.',
    shape: object<{ ok: true } & NewTokenReport>({
      ...ok,
      registry: text('its address'),
      ...tokenFields,
      token: text('the token itself'),
    }),
  },
  {
    title: 'Revoked token',
    commands: ['alk token revoke'],
    about: 'The token that works no more.',
    shape: object<{ ok: true } & RevokedTokenReport>({ ...ok, registry: text('its address'), key: text('its key') }),
  },
  {
    title: 'Search',
    commands: ['alk search'],
    about: "In the registry's own order.",
    shape: object<{ ok: true } & SearchReport>({
      ...ok,
      total: number('how many there are, also those that are not listed'),
      packages: list(
        object<SearchReport['packages'][number]>({
          name: text('package'),
          version: text('latest'),
          description: text('one line'),
          keywords: list(text('word'), "its author's"),
          date: orNull(text('ISO 8601: when that version was published')),
        }),
        'what was found',
      ),
    }),
  },
  {
    title: 'Info',
    commands: ['alk info'],
    about: 'Of one version; what the registry does not say is null.',
    shape: object<{ ok: true } & InfoReport>({
      ...ok,
      ...packageFields,
      version: text('the version that was asked for'),
      description: text('one line'),
      license: orNull(text('SPDX expression, as a rule')),
      homepage: orNull(text('address')),
      repository: orNull(text('address')),
      tags: map(text('version'), 'tag to version'),
      versions: list(text('version'), 'ascending'),
      dependencies: map(text('range'), 'of this version'),
      owners: list(text('user'), 'who may publish it'),
      deprecated: orNull(text("its author's words")),
      published: orNull(text('ISO 8601')),
      size: orNull(number('bytes, unpacked')),
    }),
  },
  {
    title: 'Diff',
    commands: ['alk diff'],
    about: 'Only files that differ, package.json first. What a patch holds is exactly what the packages hold.',
    shape: object<{ ok: true } & DiffReport>({
      ...ok,
      ...packageFields,
      from: text('version'),
      to: text('version'),
      fromLocked: flag('`from` is the version that alkahest.lock has'),
      files: list(
        object<DiffReport['files'][number]>({
          path: text('inside the package'),
          change: literal(['added', 'removed', 'changed'], 'what became of it'),
          sizeBefore: orNull(number('bytes; null when there was no such file')),
          sizeAfter: orNull(number('bytes; null when there is none')),
          executableBefore: orNull(flag('it could be run')),
          executableAfter: orNull(flag('it can be run')),
          linesAdded: number('lines that only the new one has'),
          linesRemoved: number('lines that only the old one has'),
          patch: orNull(text('unified diff; null when it is withheld, and when no line differs')),
          withheld: orNull(literal(['binary', 'size'], 'why there is no patch')),
        }),
        'what differs',
      ),
    }),
  },
  {
    title: 'Audit',
    commands: ['alk audit'],
    about: 'When something is known: a failure with the code `ADVISORIES_FOUND` and these fields in its details.',
    shape: object<{ ok: true } & AuditReport>({
      ...ok,
      packages: number('how many were asked about'),
      advisories: list(object<AdvisoryReport>(advisoryFields), 'none'),
      ignored: list(
        object<AuditReport['ignored'][number]>({ ...advisoryFields, reason: text('of package.json') }),
        'until their last day',
      ),
      expiredIgnores: list(text('id'), 'those whose last day is over'),
      unusedIgnores: list(text('id'), 'those that concern nothing that is locked'),
    }),
  },
  {
    title: 'Licenses',
    commands: ['alk licenses'],
    about: 'In the order of the lockfile.',
    shape: object<{ ok: true } & LicensesReport>({
      ...ok,
      packages: list(
        object<LicensesReport['packages'][number]>({
          name: text('package'),
          version: text('version'),
          license: orNull(text('as its manifest states it; null when it states none or is not installed')),
        }),
        'what is locked',
      ),
    }),
  },
  {
    title: 'Bill of materials',
    commands: ['alk sbom'],
    about: 'Without `--json` the document stands alone.',
    shape: object<{ ok: true } & SbomReport>({
      ...ok,
      sbom: map(anything('see its standard'), 'CycloneDX 1.6') as never,
    }),
  },
  {
    title: 'Doctor',
    commands: ['alk doctor'],
    about: 'The exit code is 1 when one of them failed.',
    shape: object<{ ok: true } & DoctorReport>({
      ...ok,
      checks: list(
        object<DoctorReport['checks'][number]>({
          name: text('what was looked at'),
          state: literal(['ok', 'warning', 'failed'], 'how it is'),
          message: text('what was seen'),
          hint: orNull(text('what to do next')),
        }),
        'in this order',
      ),
    }),
  },
]
