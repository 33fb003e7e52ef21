/** What a program printed in one member of a workspace, under a line that says which one. */
import type { ProgressEvent } from '@alkahest/ops'
import type { Style } from '../style.ts'

export type MemberOutput = Extract<ProgressEvent, { kind: 'output' }>

export function renderMemberOutput({ of, exitCode, text }: MemberOutput, style: Style): string {
  const name = style.bold(of)
  if (exitCode === undefined) return `${style.yellow('-')} ${name} was not started: something that it needs failed\n`
  const mark = exitCode === 0 ? style.green('ok') : style.red('failed')
  const code = exitCode === 0 ? '' : ` (exit code ${exitCode})`
  const printed = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${mark} ${name}${code}\n${printed}`
}
