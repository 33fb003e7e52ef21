/**
 * The versions that scaffolds ask for, once for all templates. Tools are pinned exactly, so that two projects made on
 * the same day behave the same; what a user's program runs on is a range, as any dependency.
 */
export const toolVersions = {
  '@types/node': '24.19.2',
  oxfmt: '0.79.0',
  oxlint: '1.94.0',
  typescript: '7.0.2',
  vite: '8.3.8', // vitest asks for it as a peer
  vitest: '5.1.1',
} as const

export const workspaceToolVersions = { turbo: '2.11.11' } as const

export const libraryVersions = {
  '@fastify/static': '^10.1.11',
  fastify: '^5.12.8',
} as const

/** Type stripping without a flag and without a warning. */
export const nodeRange = '>=24'

/** turbo does not start without the field, and runs scripts with the program it names: npm comes with Node. */
export const packageManager = 'npm@11.6.2'
