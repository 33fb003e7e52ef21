/** Two versions of a package beside each other. Signs at the start of lines say what colours say. */
import type { DiffReport, FileDifference } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { formatCount, formatSize } from './units.ts'

/** Characters of a line: what is longer was written by a program. `--json` has all of it. */
const LINE_LENGTH_MAX = 300

export function renderDiff(report: DiffReport, style: Style): string {
  const title = style.bold(`${report.name} ${report.from}${report.fromLocked ? ' (locked)' : ''} to ${report.to}`)
  if (report.from === report.to) return `${title}: that is the same version\n`
  if (report.files.length === 0) return `${title}: no file differs\n`
  const list = report.files.map((file) => `  ${summaryOf(file)}\n`).join('')
  const patches = report.files.map((file) => patchOf(file, style)).join('')
  return `${title}\n${list}${patches}\n${totals(report.files)}\n`
}

function summaryOf(file: FileDifference): string {
  const sign = { added: '+', removed: '-', changed: '~' }[file.change]
  const lines = file.patch === null ? '' : `  +${file.linesAdded} -${file.linesRemoved}`
  return `${sign} ${shown(file.path)}${lines}${remark(file)}`
}

/** What the patch does not say. */
function remark(file: FileDifference): string {
  const { sizeBefore, sizeAfter } = file
  const sizes = [sizeBefore, sizeAfter].flatMap((size) => (size === null ? [] : [formatSize(size)])).join(' to ')
  const reason = { binary: 'no text', size: 'too much to show' }
  const withheld = file.withheld === null ? '' : `  ${reason[file.withheld]}, ${sizes}`
  if (file.change !== 'changed' || file.executableBefore === file.executableAfter) return withheld
  return `${withheld}  ${file.executableAfter === true ? 'can be run now' : 'can be run no more'}`
}

function patchOf({ patch }: FileDifference, style: Style): string {
  if (patch === null) return ''
  const [before = '', after = '', ...lines] = patch.trimEnd().split('\n').map(shownLine)
  return `\n${[before, after].map((line) => style.bold(line)).join('\n')}\n${lines.map((line) => colored(line, style)).join('\n')}\n`
}

function colored(line: string, style: Style): string {
  if (line.startsWith('+')) return style.green(line)
  if (line.startsWith('-')) return style.red(line)
  return line.startsWith('@@') ? style.cyan(line) : line
}

function totals(files: readonly FileDifference[]): string {
  const sum = (of: (file: FileDifference) => number): number => files.reduce((total, file) => total + of(file), 0)
  const lines = `${formatCount(
    sum((file) => file.linesAdded),
    'line',
  )} more, ${sum((file) => file.linesRemoved)} less`
  return `${formatCount(files.length, 'file')}: ${lines}`
}

function shownLine(line: string): string {
  const rest = line.length - LINE_LENGTH_MAX
  return rest <= 0 ? shown(line) : `${shown(line.slice(0, LINE_LENGTH_MAX))} ... (${rest} more characters)`
}

/** The attack: a published file whose escape sequences rewrite what the terminal shows. */
function shown(text: string): string {
  // Also the characters that turn the direction of writing: they show code in another order than it runs.
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\t' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
