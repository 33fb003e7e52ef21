/**
 * Every operation, as a door: its module and all that hangs on it are loaded when it is called, so that a command pays
 * at start-up for what it does and for nothing else.
 */
import type * as addModule from './add.ts'
import type * as approveModule from './approve.ts'
import type * as cleanModule from './clean.ts'
import type * as dedupeModule from './dedupe.ts'
import type * as auditModule from './audit.ts'
import type * as commandLineModule from './command-line.ts'
import type * as completionWordsModule from './completion-words.ts'
import type * as consoleModule from './console.ts'
import type * as diffModule from './diff.ts'
import type * as docsModule from './docs.ts'
import type * as doctorModule from './doctor.ts'
import type * as findPackagesModule from './find-packages.ts'
import type * as identityModule from './identity.ts'
import type * as importModule from './import-lockfile.ts'
import type * as initModule from './init.ts'
import type * as installModule from './install.ts'
import type * as lockModule from './lock.ts'
import type * as licensesModule from './licenses.ts'
import type * as newProjectModule from './new-project.ts'
import type * as outdatedModule from './outdated.ts'
import type * as packModule from './pack.ts'
import type * as peersModule from './peers.ts'
import type * as publishModule from './publish.ts'
import type * as publishWorkspaceModule from './publish-workspace.ts'
import type * as publishedPackageModule from './published-package.ts'
import type * as registryModule from './registry-command.ts'
import type * as releaseModule from './release.ts'
import type * as releaseProveModule from './release-prove.ts'
import type * as removeModule from './remove.ts'
import type * as scriptsModule from './scripts.ts'
import type * as tasksModule from './tasks.ts'
import type * as storeModule from './store.ts'
import type * as tokensModule from './tokens.ts'
import type * as treeModule from './tree.ts'
import type * as updateModule from './update.ts'
import type * as whyNotModule from './why-not.ts'
import type * as versionModule from './version.ts'
import type * as whyModule from './why.ts'

export const newProject: typeof newProjectModule.newProject = async (context, options) =>
  (await import('./new-project.ts')).newProject(context, options)

export const newProjectChoices: typeof newProjectModule.newProjectChoices = async (context, options) =>
  (await import('./new-project.ts')).newProjectChoices(context, options)

export const install: typeof installModule.install = async (context, options) =>
  (await import('./install.ts')).install(context, options)

export const add: typeof addModule.add = async (context, options) => (await import('./add.ts')).add(context, options)

export const remove: typeof removeModule.remove = async (context, options) =>
  (await import('./remove.ts')).remove(context, options)

export const update: typeof updateModule.update = async (context, options) =>
  (await import('./update.ts')).update(context, options)

export const approve: typeof approveModule.approve = async (context, options) =>
  (await import('./approve.ts')).approve(context, options)

export const clean: typeof cleanModule.clean = async (context) => (await import('./clean.ts')).clean(context)

export const store: typeof storeModule.store = async (context, options) =>
  (await import('./store.ts')).store(context, options)

export const tree: typeof treeModule.tree = async (context) => (await import('./tree.ts')).tree(context)

export const why: typeof whyModule.why = async (context, options) => (await import('./why.ts')).why(context, options)

export const whyNot: typeof whyNotModule.whyNot = async (context, options) =>
  (await import('./why-not.ts')).whyNot(context, options)

export const outdated: typeof outdatedModule.outdated = async (context, options) =>
  (await import('./outdated.ts')).outdated(context, options)

export const dedupe: typeof dedupeModule.dedupe = async (context, options) =>
  (await import('./dedupe.ts')).dedupe(context, options)

export const peers: typeof peersModule.peers = async (context) => (await import('./peers.ts')).peers(context)

export const lock: typeof lockModule.lock = async (context, options) =>
  (await import('./lock.ts')).lock(context, options)

export const importLockfile: typeof importModule.importLockfile = async (context, options) =>
  (await import('./import-lockfile.ts')).importLockfile(context, options)

export const compile: typeof scriptsModule.compile = async (context, options) =>
  (await import('./scripts.ts')).compile(context, options)

export const test: typeof scriptsModule.test = async (context, options) =>
  (await import('./scripts.ts')).test(context, options)

export const format: typeof scriptsModule.format = async (context, options) =>
  (await import('./scripts.ts')).format(context, options)

export const lint: typeof scriptsModule.lint = async (context, options) =>
  (await import('./scripts.ts')).lint(context, options)

export const run: typeof scriptsModule.run = async (context, options) =>
  (await import('./scripts.ts')).run(context, options)

export const exec: typeof scriptsModule.exec = async (context, options) =>
  (await import('./scripts.ts')).exec(context, options)

export const pack: typeof packModule.pack = async (context, options) =>
  (await import('./pack.ts')).pack(context, options)

export const publish: typeof publishModule.publish = async (context, options) =>
  (await import('./publish.ts')).publish(context, options)

export const login: typeof identityModule.login = async (context, options) =>
  (await import('./identity.ts')).login(context, options)

export const logout: typeof identityModule.logout = async (context, options) =>
  (await import('./identity.ts')).logout(context, options)

export const whoami: typeof identityModule.whoami = async (context, options) =>
  (await import('./identity.ts')).whoami(context, options)

export const release: typeof releaseModule.release = async (context, options) =>
  (await import('./release.ts')).release(context, options)

export const releaseDevelopment: typeof releaseModule.releaseDevelopment = async (context, options) =>
  (await import('./release.ts')).releaseDevelopment(context, options)

export const releasePlan: typeof releaseModule.releasePlan = async (context, options) =>
  (await import('./release.ts')).releasePlan(context, options)

export const releaseInit: typeof releaseModule.releaseInit = async (context) =>
  (await import('./release.ts')).releaseInit(context)

export const releaseKeygen: typeof releaseModule.releaseKeygen = async (context, options) =>
  (await import('./release.ts')).releaseKeygen(context, options)

export const releaseVerify: typeof releaseModule.releaseVerify = async (context, options) =>
  (await import('./release.ts')).releaseVerify(context, options)

export const releaseProve: typeof releaseProveModule.releaseProve = async (context, options) =>
  (await import('./release-prove.ts')).releaseProve(context, options)

export const registryCommand: typeof registryModule.registryCommand = async (context, options) =>
  (await import('./registry-command.ts')).registryCommand(context, options)

export const expandCommandLine: typeof commandLineModule.expandCommandLine = async (context, options) =>
  (await import('./command-line.ts')).expandCommandLine(context, options)

export const tasks: typeof tasksModule.tasks = async (context) => (await import('./tasks.ts')).tasks(context)

export const task: typeof tasksModule.task = async (context, options) =>
  (await import('./tasks.ts')).task(context, options)

export const completionWords: typeof completionWordsModule.completionWords = async (context) =>
  (await import('./completion-words.ts')).completionWords(context)

export const init: typeof initModule.init = async (context, options) =>
  (await import('./init.ts')).init(context, options)

export const docs: typeof docsModule.docs = async (context, options) =>
  (await import('./docs.ts')).docs(context, options)

export const diff: typeof diffModule.diff = async (context, options) =>
  (await import('./diff.ts')).diff(context, options)

export const openConsole: typeof consoleModule.openConsole = async (context, options) =>
  (await import('./console.ts')).openConsole(context, options)

export const version: typeof versionModule.version = async (context, options) =>
  (await import('./version.ts')).version(context, options)

export const publishWorkspace: typeof publishWorkspaceModule.publishWorkspace = async (context, options) =>
  (await import('./publish-workspace.ts')).publishWorkspace(context, options)

export const deprecate: typeof publishedPackageModule.deprecate = async (context, options) =>
  (await import('./published-package.ts')).deprecate(context, options)

export const unpublish: typeof publishedPackageModule.unpublish = async (context, options) =>
  (await import('./published-package.ts')).unpublish(context, options)

export const distTag: typeof publishedPackageModule.distTag = async (context, options) =>
  (await import('./published-package.ts')).distTag(context, options)

export const owner: typeof publishedPackageModule.owner = async (context, options) =>
  (await import('./published-package.ts')).owner(context, options)

export const listTokens: typeof tokensModule.listTokens = async (context, options) =>
  (await import('./tokens.ts')).listTokens(context, options)

export const createToken: typeof tokensModule.createToken = async (context, options) =>
  (await import('./tokens.ts')).createToken(context, options)

export const revokeToken: typeof tokensModule.revokeToken = async (context, options) =>
  (await import('./tokens.ts')).revokeToken(context, options)

export const search: typeof findPackagesModule.search = async (context, options) =>
  (await import('./find-packages.ts')).search(context, options)

export const info: typeof findPackagesModule.info = async (context, options) =>
  (await import('./find-packages.ts')).info(context, options)

export const audit: typeof auditModule.audit = async (context, options) =>
  (await import('./audit.ts')).audit(context, options)

export const licenses: typeof licensesModule.licenses = async (context) =>
  (await import('./licenses.ts')).licenses(context)

export const sbom: typeof licensesModule.sbom = async (context) => (await import('./licenses.ts')).sbom(context)

export const doctor: typeof doctorModule.doctor = async (context) => (await import('./doctor.ts')).doctor(context)
