/**
 * Every command's name, other names and one line, in the order of the help. What a command accepts and does is loaded
 * only when it runs, so that one command does not pay for twenty.
 */
import type { CommandEntry } from './command.ts'

const DEPENDENCIES = 'Dependencies:'
const BUILD = 'Build:'
const PUBLISH = 'Publish and release:'
const REGISTRY = 'Registry:'

export const commandTable: readonly CommandEntry[] = [
  {
    name: 'new',
    aliases: [],
    summary: 'Make a project that installs, compiles and tests at once',
    group: 'Start:',
    load: async () => (await import('./commands/new.ts')).newCommand,
  },
  {
    name: 'install',
    aliases: ['i', 'deps.get'],
    summary: 'Resolve and install what the manifests ask for',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/install.ts')).installCommand,
  },
  {
    name: 'add',
    aliases: [],
    summary: 'Add dependencies and install them',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/add.ts')).addCommand,
  },
  {
    name: 'remove',
    aliases: ['rm'],
    summary: 'Remove dependencies',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/remove.ts')).removeCommand,
  },
  {
    name: 'update',
    aliases: ['deps.update'],
    summary: 'Move dependencies to newer versions',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/update.ts')).updateCommand,
  },
  {
    name: 'outdated',
    aliases: ['hex.outdated'],
    summary: 'List dependencies of which there is something newer',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/outdated.ts')).outdatedCommand,
  },
  {
    name: 'dedupe',
    aliases: [],
    summary: 'Drop copies that one could do without',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/dedupe.ts')).dedupeCommand,
  },
  {
    name: 'tree',
    aliases: ['deps.tree'],
    summary: 'Show what is installed and who brought it',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/tree.ts')).treeCommand,
  },
  {
    name: 'why',
    aliases: [],
    summary: 'Say why a package is there, in this version',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/why.ts')).whyCommand,
  },
  {
    name: 'peers',
    aliases: [],
    summary: 'List the peer conflicts that are accepted, and why',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/peers.ts')).peersCommand,
  },
  {
    name: 'lock',
    aliases: [],
    summary: 'Print the lockfile, or what one member needs of it',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/lock.ts')).lockCommand,
  },
  {
    name: 'import',
    aliases: [],
    summary: 'Take the versions of another lockfile over',
    group: DEPENDENCIES,
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'compile',
    aliases: [],
    summary: 'Compile the project',
    group: BUILD,
    load: async () => (await import('./commands/compile.ts')).compileCommand,
  },
  {
    name: 'test',
    aliases: [],
    summary: 'Run the tests',
    group: BUILD,
    load: async () => (await import('./commands/test.ts')).testCommand,
  },
  {
    name: 'run',
    aliases: [],
    summary: 'Run a script of package.json or a file',
    group: BUILD,
    passThrough: 'program',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'exec',
    aliases: [],
    summary: 'Run a command that a dependency brought',
    group: BUILD,
    passThrough: 'program',
    load: async () => (await import('./commands/exec.ts')).execCommand,
  },
  {
    name: 'format',
    aliases: [],
    summary: 'Format the sources',
    group: BUILD,
    load: async () => (await import('./commands/format.ts')).formatCommand,
  },
  {
    name: 'lint',
    aliases: [],
    summary: 'Look for mistakes in the sources',
    group: BUILD,
    load: async () => (await import('./commands/lint.ts')).lintCommand,
  },
  {
    name: 'task',
    aliases: [],
    summary: "Run a task of the project's own, or list them",
    group: BUILD,
    passThrough: 'program',
    load: async () => (await import('./commands/task.ts')).taskCommand,
  },
  {
    name: 'do',
    aliases: [],
    summary: 'Run several commands, with + between them',
    group: BUILD,
    passThrough: 'all',
    load: async () => (await import('./commands/do.ts')).doCommand,
  },
  {
    name: 'login',
    aliases: [],
    summary: 'Log in to a registry and keep its token',
    group: PUBLISH,
    load: async () => (await import('./commands/login.ts')).loginCommand,
  },
  {
    name: 'logout',
    aliases: [],
    summary: 'End the session and forget the token',
    group: PUBLISH,
    load: async () => (await import('./commands/logout.ts')).logoutCommand,
  },
  {
    name: 'whoami',
    aliases: [],
    summary: 'Say who the registry takes you for',
    group: PUBLISH,
    load: async () => (await import('./commands/whoami.ts')).whoamiCommand,
  },
  {
    name: 'pack',
    aliases: [],
    summary: 'Write the tarball that would be published',
    group: PUBLISH,
    load: async () => (await import('./commands/pack.ts')).packCommand,
  },
  {
    name: 'publish',
    aliases: [],
    summary: 'Publish the package to its registry',
    group: PUBLISH,
    load: async () => (await import('./commands/publish.ts')).publishCommand,
  },
  {
    name: 'release',
    aliases: [],
    summary: 'Build a tarball that runs without anything installed',
    group: PUBLISH,
    load: async () => (await import('./commands/release.ts')).releaseCommand,
  },
  {
    name: 'release plan',
    aliases: [],
    summary: 'Say what would be released, without doing it',
    group: PUBLISH,
    load: async () => (await import('./commands/release-plan.ts')).releasePlanCommand,
  },
  {
    name: 'release init',
    aliases: [],
    summary: 'Write the files of rel/ that a release can be changed with',
    group: PUBLISH,
    load: async () => (await import('./commands/release-init.ts')).releaseInitCommand,
  },
  {
    name: 'release verify',
    aliases: [],
    summary: 'Check a release that was made, or make it again and compare',
    group: PUBLISH,
    load: async () => (await import('./commands/release-verify.ts')).releaseVerifyCommand,
  },
  {
    name: 'release prove',
    aliases: [],
    summary: 'Upgrade and roll back under load, and count what fails',
    group: PUBLISH,
    load: async () => (await import('./commands/release-prove.ts')).releaseProveCommand,
  },
  {
    name: 'release keygen',
    aliases: [],
    summary: 'Make a key to sign releases with',
    group: PUBLISH,
    load: async () => (await import('./commands/release-keygen.ts')).releaseKeygenCommand,
  },
  {
    name: 'registry',
    aliases: [],
    summary: 'Run and look after a registry of your own',
    group: REGISTRY,
    passThrough: 'all',
    load: async () => (await import('./commands/registry.ts')).registryCommand,
  },
  {
    name: 'completion',
    aliases: [],
    summary: 'Print a script that completes commands in bash or zsh',
    group: 'Shell:',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
]

export function findCommand(name: string): CommandEntry | undefined {
  return commandTable.find((entry) => entry.name === name || entry.aliases.includes(name))
}
