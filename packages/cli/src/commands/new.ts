import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { renderNewProject } from '../render/new-project.ts'

const TEMPLATES = ['lib', 'app', 'cli', 'web', 'workspace'] as const

export const newCommand: CommandDefinition = {
  operands: [{ notation: '<dir>', meaning: 'the folder to make; it must not exist or be empty' }],
  manual: [
    'Writes a project that installs, compiles, tests, formats and lints clean at once: lib is a TypeScript library, app an HTTP service that answers on HOST and PORT, cli a command, web a web application with pages rendered by the server, workspace a place for many packages.',
    'In a folder that a workspace above names as one of its members, the new project becomes that member.',
  ],
  options: [
    { flags: '-t, --template <template>', meaning: 'What to make (default: lib)', choices: TEMPLATES },
    { flags: '--name <name>', meaning: "The package's name, scope included (default: the folder's)" },
  ],
  examples: [
    { line: 'alk new greeting', meaning: 'a library' },
    { line: 'alk new shop --template app', meaning: 'an HTTP service' },
    { line: 'alk new greeting --name @acme/greeting', meaning: 'a library in a scope' },
  ],
  run: async ({ operands: [directory = ''], flags, context, operations }) => {
    const template = TEMPLATES.find((known) => known === flags.text('template')) ?? 'lib'
    const options = { directory, template, ...given({ name: flags.text('name') }) } as const
    const report = await operations.newProject(context, options)
    return { document: report, text: (style) => renderNewProject(report, { style, directory }) }
  },
}
