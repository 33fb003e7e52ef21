/** What an install changed, in the manner of Mix: new, changed, removed, then what a person should know about. */
import type { InstallReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section } from './table.ts'
import { formatCount, formatSeconds } from './units.ts'

export type RenderInstallOptions = { readonly style: Style; readonly dryRun: boolean }

export function renderInstallReport(report: InstallReport, { style, dryRun }: RenderInstallOptions): string {
  const sections = [
    section(style.green('New:'), report.added.map(nameAndVersion)),
    section(style.yellow('Changed:'), report.changed.map(({ name, from, to }) => [name, `${from} -> ${to}`])),
    section(style.red('Removed:'), report.removed.map(nameAndVersion)),
    section(style.yellow('Held back, too young:'), report.heldBack.map((held) => [held.name, heldBackSentence(held)])),
    section(style.yellow('Deprecated:'), report.deprecated.map(({ name, version, message }) => [`${name} ${version}`, oneLine(message)])),
    section('Skipped, not for this machine:', report.skipped.map(nameAndVersion)),
    section(style.yellow('Build scripts not run, nobody approved them:'), report.unapprovedBuilds.map(nameAndVersion)),
    ...report.peerConflicts.map(({ explanation }) => `${style.yellow('Peer conflict:')}\n${indent(explanation)}`),
    `${summary(report, dryRun)}\n`,
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function nameAndVersion({ name, version }: { readonly name: string; readonly version: string }): readonly string[] {
  return [name, version]
}

function heldBackSentence({ version, instead, until }: InstallReport['heldBack'][number]): string {
  return `${version} until ${until}${instead === null ? '' : `; ${instead} instead`}`
}

function summary(report: InstallReport, dryRun: boolean): string {
  const seconds = formatSeconds(report.seconds)
  if (dryRun) return 'Nothing was changed (--dry-run)'
  if (report.upToDate) return `Already up to date: ${formatCount(report.packages, 'package')} (${seconds})`
  const lockfile = { unchanged: '', written: ', alkahest.lock written', created: ', alkahest.lock created' }[report.lockfile]
  return `${formatCount(report.packages, 'package')} installed${lockfile} (${seconds})`
}

/** Published texts hold anything: one line each, and no control character reaches the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

function indent(text: string): string {
  return `${text.trimEnd().split('\n').map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`
}
