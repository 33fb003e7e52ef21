import { userError } from '@alkahest/core'
import type { AdvisoryReport } from '@alkahest/ops'
import type { CommandDefinition } from '../command.ts'
import { registryOption, registryOptions } from '../registry-options.ts'
import { section } from '../render/table.ts'
import { formatCount } from '../render/units.ts'

export const auditCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Asks the registry what is known against the locked versions, and fails when there is something.',
    'What does not matter here is ignored with a reason until a day: {"alkahest": {"audit": {"ignore": [{"id": "GHSA-...", "reason": "...", "expires": "2027-01-31"}]}}} in package.json.',
  ],
  options: [registryOption],
  examples: [{ line: 'alk audit', meaning: 'all that is locked' }],
  run: async ({ flags, world, json, context, operations }) => {
    const report = await operations.audit(context, registryOptions(flags))
    const text = [
      section('Known:', report.advisories.map(row)),
      section(
        'Ignored:',
        report.ignored.map((advisory) => [...row(advisory), advisory.reason]),
      ),
      section(
        'Ignored no longer, the last day is over:',
        report.expiredIgnores.map((id) => [id]),
      ),
      section(
        'Ignored in vain:',
        report.unusedIgnores.map((id) => [id]),
      ),
    ].join('')
    if (report.advisories.length > 0) {
      if (!json) world.stdout.write(text)
      throw userError(
        'ADVISORIES_FOUND',
        `${formatCount(report.advisories.length, 'advisory', 'advisories')} on locked packages`,
        {
          hint: 'update them with `alk update NAME`, or ignore one with a reason and a last day (alk audit --help)',
          details: { ...report },
        },
      )
    }
    const words = `${formatCount(report.packages, 'package')}, nothing is known against them\n`
    return { document: report, text: () => `${text}${words}` }
  },
}

function row({ severity, name, versions, id, title, url }: AdvisoryReport): readonly string[] {
  return [severity, `${name} ${versions.join(', ')}`, title, url ?? id]
}
