/** What an install changed, in the manner of Mix: new, changed, removed, then what a person should know about. */
import type { InstallReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { renderPeerConflicts } from './peer-conflicts.ts'
import { section } from './table.ts'
import { formatSeconds } from './units.ts'
import { upToDateLine } from './up-to-date.ts'

export function renderInstallReport(report: InstallReport, style: Style): string {
  const sections = [
    section(style.green('New:'), report.added.map(nameAndVersion)),
    section(
      style.yellow('Changed:'),
      report.changed.map(({ name, from, to }) => [name, `${from} -> ${to}`]),
    ),
    section(style.red('Removed:'), report.removed.map(nameAndVersion)),
    section(
      style.yellow('Held back, too young:'),
      report.heldBack.map((held) => [held.name, heldBackSentence(held)]),
    ),
    section(
      style.yellow('Deprecated:'),
      report.deprecated.map(({ name, version, message }) => [`${name} ${version}`, oneLine(message)]),
    ),
    skippedSentence(report),
    section(
      style.green('Built:'),
      report.builds.map(({ name, version, outcome }) => [name, `${version}${buildWord(outcome)}`]),
    ),
    unapproved(report.unapprovedBuilds, style),
    ...renderPeerConflicts(report.peerConflicts, style),
    `${summary(report)}\n`,
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function nameAndVersion({ name, version }: { readonly name: string; readonly version: string }): readonly string[] {
  return [name, version]
}

function buildWord(outcome: InstallReport['builds'][number]['outcome']): string {
  return { built: '', kept: ' (as before)', failed: ' (failed; it is optional)' }[outcome]
}

function unapproved(waiting: InstallReport['unapprovedBuilds'], style: Style): string {
  const [first] = waiting
  if (first === undefined) return ''
  const list = section(style.yellow('Build scripts not run, nobody approved them:'), waiting.map(nameAndVersion))
  return `${list}  hint: \`alk approve ${first.name}\` lets them run, \`alk approve --deny ${first.name}\` ends the question\n`
}

function heldBackSentence({ version, instead, published }: InstallReport['heldBack'][number]): string {
  return `${version} of ${published}${instead === null ? '' : `; ${instead} instead`}`
}

/** A tool that ships a binary for each platform brings dozens of one family: those are named by it (each under --json). */
function skippedSentence({ skipped, added, changed }: InstallReport): string {
  if (added.length + changed.length === 0) return '' // they were named when they were skipped first
  const all = [...new Set(skipped.map(({ name }) => name))]
  const groups = Map.groupBy(all, familyOf)
  const names = [...groups].map(([group, members]) =>
    members.length === 1 ? (members[0] ?? group) : `${group} (${members.length})`,
  )
  return names.length === 0 ? '' : `Skipped, not for this machine: ${names.join(', ')}\n`
}

/** `@esbuild/*`, `lightningcss-*`. */
function familyOf(name: string): string {
  const [, family] = /^(@[^/]+\/|[^-]+-)/.exec(name) ?? []
  return family === undefined ? name : `${family}*`
}

function summary(report: InstallReport): string {
  const seconds = formatSeconds(report.seconds)
  if (report.dryRun) return 'Nothing was done (--dry-run)'
  if (report.upToDate) return upToDateLine(report.seconds)
  const counts = [
    [report.added.length, 'new'],
    [report.changed.length, 'changed'],
    [report.removed.length, 'removed'],
  ] as const
  const changes = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  const lockfile = { unchanged: [], written: ['alkahest.lock written'], created: ['alkahest.lock created'] }[
    report.lockfile
  ]
  return `Installed: ${[...(changes.length === 0 ? ['no package changed'] : changes), ...lockfile].join(', ')} (${seconds})`
}

/** Published texts hold anything: one line each, and no control character reaches the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}
