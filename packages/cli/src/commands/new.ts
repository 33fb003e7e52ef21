import { userError } from '@alkahest/core'
import { answerTo, canAsk } from '../ask.ts'
import { given } from '../command.ts'
import type { CommandDefinition, Invocation } from '../command.ts'
import { renderNewProject } from '../render/new-project.ts'

export const newCommand: CommandDefinition = {
  operands: [
    { notation: '[dir]', meaning: 'the folder to make; it must not exist or be empty. Asked for when absent' },
  ],
  manual: [
    'Writes a project that installs, compiles, tests, formats and lints clean at once: lib is a TypeScript library, app an HTTP service that answers on HOST and PORT, cli a command, web a web application with pages rendered by the server, workspace a place for many packages. Without a folder it asks what to make; with one it asks nothing.',
    'In a folder that a workspace above names as one of its members, the new project becomes that member.',
    'A template of your own is a folder of text files, or a package with a folder template. In texts {{name}}, {{unscoped}} and {{root}} (the way to the root of its workspace) are filled in, in paths __name__ and __unscoped__; _gitignore and _npmrc become .gitignore and .npmrc.',
  ],
  options: [
    {
      flags: '-t, --template <template>',
      meaning: 'lib, app, cli, web, workspace, ./folder, or a package (default: lib)',
      proposals: ['lib', 'app', 'cli', 'web', 'workspace'],
    },
    { flags: '--name <name>', meaning: "The package's name, scope included (default: the folder's)" },
  ],
  examples: [
    { line: 'alk new greeting', meaning: 'a library' },
    { line: 'alk new shop --template app', meaning: 'an HTTP service' },
    { line: 'alk new greeting --name @acme/greeting', meaning: 'a library in a scope' },
    { line: 'alk new shop --template @acme/template-service', meaning: "as your company's services are" },
  ],
  run: async (invocation) => {
    const { operands, flags, context, operations } = invocation
    const [directory] = operands
    const said = given({ template: flags.text('template'), name: flags.text('name') })
    const options =
      directory === undefined ? await asked(invocation, said) : { ...said, template: said.template ?? 'lib', directory }
    const report = await operations.newProject(context, options)
    return { document: report, text: (style) => renderNewProject(report, { style, directory: options.directory }) }
  },
}

type Said = { readonly template?: string; readonly name?: string }

/** Only what the options do not say. */
async function asked(
  { world, json, operations, context }: Invocation,
  said: Said,
): Promise<Required<Said> & { readonly directory: string }> {
  if (!canAsk(world, json)) throw userError('USAGE', 'which folder?', { hint: 'write alk new DIR' })
  const directory = await answerTo(world, ({ text }) => text('Which folder shall it be in?'))
  const choices = await operations.newProjectChoices(context, { directory })
  const templates = choices.templates.map(({ name, summary }) => ({ value: name, hint: summary }))
  const template = said.template ?? (await answerTo(world, ({ choose }) => choose('What shall it be?', templates)))
  const name = said.name ?? (await answerTo(world, ({ text }) => text("What is the package's name?", choices.name)))
  return { directory, template, name }
}
