/** Each installed version of a package: how the project comes to it, and what decided it. */
import type { WhyNotReport, WhyReport } from '@alkahest/ops'
import type { Style } from '../style.ts'

/** A package at the bottom of everything has hundreds of paths; the shortest say enough. */
const PATHS_MAX = 20

export function renderWhy(report: WhyReport, style: Style): string {
  return report.versions
    .map((version) => {
      const shown = version.paths.slice(0, PATHS_MAX)
      const rest = version.paths.length - shown.length
      return [
        style.bold(`${report.name} ${version.version}`),
        ...shown.map((path) => `  ${pathLine(path, style)}`),
        ...(rest === 0 ? [] : [`  and ${rest} more`]),
        ...(version.decided.length === 0 ? [] : ['', ...version.decided.map((sentence) => `  ${sentence}`)]),
        ...newerLines(version.newer),
        '',
      ].join('\n')
    })
    .join('\n')
}

/** Who stands in the way of a newer version: beyond this many the rest are counted. */
const REASONS_MAX = 8

function newerLines(newer: WhyReport['versions'][number]['newer']): readonly string[] {
  if (newer === null) return []
  const shown = newer.reasons.slice(0, REASONS_MAX)
  const rest = newer.reasons.length - shown.length
  return [
    '',
    `  Why not ${newer.version}:`,
    ...shown.map((reason) => `    ${reason}`),
    ...(rest === 0 ? [] : [`    and ${rest} more`]),
  ]
}

export function renderWhyNot({ name, version, possible, reasons }: WhyNotReport, style: Style): string {
  const heading = style.bold(`${name} ${version} ${possible ? 'could be used' : 'cannot be used'}`)
  return `${heading}\n${reasons.map((reason) => `  ${reason}\n`).join('')}`
}

type Path = WhyReport['versions'][number]['paths'][number]

/** `my-app -> is-odd@3.0.1 (^3.0.0) -> is-number@6.0.0 (^6.0.0)`: each with the requirement that led to it. */
function pathLine(path: Path, style: Style): string {
  return path
    .map(({ id }, index) => {
      const asked = index === 0 ? null : (path[index - 1]?.specifier ?? null)
      return asked === null ? id : `${id} ${style.dim(`(${asked})`)}`
    })
    .join(' -> ')
}
