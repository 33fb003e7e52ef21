import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'

export const versionCommand: CommandDefinition = {
  operands: [{ notation: '<step>', meaning: 'patch, minor, major, prerelease, or the version itself' }],
  manual: [
    'Writes the next version into package.json, puts what is unreleased in CHANGELOG.md under its heading, and commits and tags both where git keeps the project. In a member of a workspace the tag is name@version, elsewhere v and the version.',
    'The scripts preversion, version and postversion run around it, as npm runs them. It refuses a work tree with changes, and a tag that exists, before it writes anything.',
  ],
  options: [
    { flags: '--preid <name>', meaning: 'What a prerelease is called: rc gives 1.2.4-rc.0' },
    { flags: '--no-git', meaning: 'Neither commit nor tag' },
  ],
  examples: [
    { line: 'alk version minor', meaning: '1.2.3 becomes 1.3.0' },
    { line: 'alk version prerelease --preid rc', meaning: '1.3.0 becomes 1.3.1-rc.0, then 1.3.1-rc.1' },
    { line: 'alk version 2.0.0 --no-git', meaning: 'only the files' },
  ],
  startsPrograms: true,
  run: async ({ operands: [wanted = ''], flags, context, operations }) => {
    const noGit = flags.either('git') === false ? true : undefined
    const options = { wanted, ...given({ identifier: flags.text('preid'), noGit }) }
    const report = await operations.version(context, options)
    const changelog = report.changelog === null ? '' : `  ${report.changelog}\n`
    const tag = report.tag === null ? '' : `  committed and tagged ${report.tag}\n`
    return { document: report, text: (style) => `${style.bold(`${report.from} -> ${report.to}`)}\n${changelog}${tag}` }
  },
}
