/** The files of a new project: of one of our own templates, of a folder, or of a package. */
import { resolve } from 'node:path'
import { unscopedName, userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { editManifest, fillTemplate, readTemplateFiles, readTemplateFolder } from '@alkahest/project'
import type { FileTree, HostWorkspace } from '@alkahest/project'
import { openStore, storedFile } from '@alkahest/store'
import type { StoredPackage } from '@alkahest/store'
import { checkProjectName, renderTemplate, templateNames } from '@alkahest/templates'
import type { OperationContext } from './context.ts'
import { publishedVersion } from './find-packages.ts'
import { atRegistry, parsePackageRequest } from './package-request.ts'
import { similarName } from './similar-name.ts'
import { storeDirectory } from './store-directory.ts'

export type TemplateRequest = {
  /** A name of ours, a folder (it begins with `.`, `/` or `~/`), or a package: `name`, `@scope/name`, either with `@version`. */
  readonly template: string
  /** Of the new project. */
  readonly name: string
  /** The workspace that it becomes a member of. */
  readonly host: HostWorkspace | undefined
}

/** Throws `PACKAGE_NAME_INVALID`, `TEMPLATE_INVALID`, and for a package what the registry answers. */
export async function templateFiles(context: OperationContext, request: TemplateRequest): Promise<FileTree> {
  const { template, name, host } = request
  const ours = templateNames.find((known) => known === template)
  if (ours !== undefined) {
    return renderTemplate(ours, { name, ...(host === undefined ? {} : { member: { toRoot: host.toRoot } }) })
  }
  checkProjectName(name)
  const isFolder = /^(?:\.|\/|~\/)/.test(template)
  const tree = isFolder ? await readTemplateFolder(folderOf(context, template)) : await packageFiles(context, template)
  const answers = { name, unscoped: unscopedName(name as PackageName), root: host?.toRoot ?? '.' }
  return named(fillTemplate(tree, answers), name)
}

function folderOf({ cwd, env }: OperationContext, template: string): string {
  return template.startsWith('~/') ? resolve(env.HOME ?? '/', template.slice(2)) : resolve(cwd, template)
}

/** Read from the store, under its rules; nothing of it runs. */
async function packageFiles(context: OperationContext, template: string): Promise<FileTree> {
  const { name, wanted } = requestOf(template)
  return atRegistry(context, { of: name }, async ({ client, registry }) => {
    const published = await client.packageVersions(name)
    if (published === 'missing') throw noTemplate(template, `${registry} has no package ${name} either`)
    const version = publishedVersion(published.versions, published.distTags, wanted ?? 'latest')
    const candidate = version === undefined ? undefined : published.candidate(version)
    if (candidate === undefined) throw userError('VERSION_NOT_FOUND', `${name} has no version ${wanted ?? 'latest'}`)
    const what = `${name}@${candidate.version}`
    context.progress({ kind: 'step', what: `fetching ${what}` })
    await using store = openStore({ directory: storeDirectory(context) })
    const { integrity } = candidate.dist
    const known = integrity === undefined ? undefined : store.get(integrity)
    const stored = known ?? (await store.put({ integrity, what, tarball: client.tarball(candidate) }))
    return await packagedTemplate(stored, what)
  })
}

const FOLDER = 'template/'

/** A package has more in it than the template, which is its folder `template`. */
async function packagedTemplate(stored: StoredPackage, what: string): Promise<FileTree> {
  const files = stored.files.filter(({ path }) => path.startsWith(FOLDER))
  if (files.length === 0) throw userError('TEMPLATE_INVALID', `${what} is no template: it has no folder template`)
  const placed = files.map(({ path }) => ({ path: path.slice(FOLDER.length), location: storedFile(stored, path) }))
  return readTemplateFiles(placed, what)
}

/** A word that is nearly one of ours means it: no stranger's package is fetched for a slip. */
function requestOf(template: string): { readonly name: PackageName; readonly wanted: string | undefined } {
  const near = similarName(template, templateNames)
  if (near !== undefined) throw noTemplate(template, `did you mean ${near}?`)
  try {
    return parsePackageRequest(template)
  } catch (cause) {
    throw noTemplate(template, 'nor can it be the name of a package', cause)
  }
}

function noTemplate(template: string, more: string, cause?: unknown): Error {
  const shown = JSON.stringify(template.slice(0, 80))
  return userError('TEMPLATE_INVALID', `there is no template ${shown}: ${more}`, {
    hint: `use ${templateNames.join(', ')}, a folder such as ./template, or a package that is a template`,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Whatever the template calls itself, the project has the name that was asked for. */
function named(tree: FileTree, name: string): FileTree {
  const manifest = tree['package.json'] ?? '{}'
  const edited = editManifest(
    manifest,
    [{ kind: 'field', path: ['name'], value: name }],
    'package.json of the template',
  )
  return { ...tree, 'package.json': edited }
}
