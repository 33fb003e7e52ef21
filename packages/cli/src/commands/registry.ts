import type { CommandDefinition } from '../command.ts'

export const registryCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Starts the registry program with everything that follows, and returns its exit code. Its own help is alk registry --help; docs/guides/operate-a-registry.md shows how to run one.',
  ],
  options: [],
  examples: [
    { line: 'alk registry serve', meaning: 'a registry on 127.0.0.1:4873, data in ./alkahest-registry' },
    { line: 'alk registry serve --port 0 --json', meaning: 'on a free port, which the ready line names' },
    { line: 'alk registry --help', meaning: 'everything it can do' },
  ],
  runsProgram: true,
  run: async ({ operands, json, context, operations }) => {
    // The registry prints its own documents; --json given before the command is meant for it as well.
    const args = json ? [...operands, '--json'] : operands
    const { exitCode } = await operations.registryCommand(context, { args })
    return { exitCode }
  },
}
