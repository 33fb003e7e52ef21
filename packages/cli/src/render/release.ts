import type {
  DevelopmentReport,
  ReleaseKeygenReport,
  ReleaseOperationReport,
  ReleasePlanReport,
  ReleaseProveReport,
  ReleaseVerifyReport,
  RelFolderReport,
} from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section, table } from './table.ts'
import { formatCount, formatSize } from './units.ts'

export function renderRelease(report: ReleaseOperationReport, style: Style): string {
  return report.releases
    .map(
      (release) =>
        `${style.bold(`${release.name} ${release.version}`)} for ${release.target}\n${table([
          ['tarball', release.tarball],
          ...(release.beside.length === 0 ? [] : [['beside', release.beside.map(fileName).join(', ')]]),
          ['size', `${formatSize(release.size)}, ${formatCount(release.files, 'file')}`],
          ['sha256', release.sha256],
          ['runtime', `Node ${release.runtime.version} (${release.runtime.packageName})`],
        ])}`,
    )
    .join('\n')
}

export function renderDevelopment({ name, version, folder }: DevelopmentReport): string {
  return `${name} ${version} runs from this project:\n  ${folder}/bin/${name} start\n`
}

export function renderReleasePlan(report: ReleasePlanReport, style: Style): string {
  return report.releases.map((release) => renderPlanned(release, style)).join('\n')
}

function renderPlanned(release: ReleasePlanReport['releases'][number], style: Style): string {
  const { runtime } = release
  const facts = table([
    ['tarball', release.tarball],
    ['runtime', `Node ${runtime.version} (${runtime.packageName}${runtime.pinned ? ', pinned' : ''})`],
    ['strategy', release.strategy],
    ['steps', release.steps.join(', ')],
    ...(release.overlays.length === 0 ? [] : [['overlays', release.overlays.join(', ')]]),
    ['signed', release.signed ? 'yes' : 'no'],
  ])
  const children = release.children.map((child) => [
    child.name,
    `${child.instances} × ${child.entry}`,
    child.restart,
    `ready when ${child.ready}`,
    child.health === undefined ? '' : `healthy at ${child.health}`,
  ])
  return [
    `${style.bold(`${release.name} ${release.version}`)} for ${release.target}\n`,
    facts,
    section('Runs:', children),
    section(
      `${formatCount(release.packages.length, 'package')}:`,
      release.packages.map((id) => [id]),
    ),
  ].join('')
}

export function renderRelFolder({ folder, written, kept }: RelFolderReport): string {
  const wrote = section(
    `Written to ${folder}:`,
    written.map((path) => [path]),
  )
  return `${wrote}${section(
    'There already:',
    kept.map((path) => [path]),
  )}`
}

export function renderKeygen(report: ReleaseKeygenReport): string {
  const warning = report.insideProject
    ? 'The secret lies inside the project: see that it is never committed.\n'
    : 'Keep the secret: whoever has it can sign, and without it no upgrade will be accepted.\n'
  return `${table([
    ['secret', report.file],
    ['public', report.public],
    ['added to', report.trustedKeys],
  ])}${warning}`
}

const SIGNATURES = {
  valid: 'signed by',
  unchecked: 'signed, but no key says by whom it should be: --key PUBLIC, or rel/trusted_keys',
  none: 'not signed',
} as const

export function renderReleaseVerify({ releases }: ReleaseVerifyReport): string {
  const lines = releases.map(({ tarball, tarSha256, signature, keyId }) => {
    const again = tarSha256 === null ? '' : `  made again it is the same: tar ${tarSha256}\n`
    return `${tarball} is what SHA256SUMS says\n  ${SIGNATURES[signature]}${keyId === null ? '' : ` ${keyId}`}\n${again}`
  })
  return lines.join('')
}

export function renderProof(report: ReleaseProveReport, style: Style): string {
  const rows = report.loads.map(({ kind, sent, succeeded, p99Before, p99Since, versions }) => [
    kind,
    String(sent),
    String(sent - succeeded),
    ...(kind === 'websocket' ? ['', ''] : [`${p99Before} ms`, `${p99Since} ms`]),
    versions.join(', '),
  ])
  return [
    `${style.bold(formatCount(report.rolls, 'roll'))} under load: ${formatCount(report.failed, 'request')} failed\n`,
    table([['', 'sent', 'failed', 'p99 before', 'p99 during', 'versions seen'], ...rows]),
  ].join('')
}

function fileName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
}
