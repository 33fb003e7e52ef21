/**
 * A user's own template: a folder of text files in which `{{name}}` stands for an answer, in the texts and, as
 * `__name__`, in the paths. A package is a template when it has a folder `template`.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson, parseManifest, userError } from '@alkahest/core'
import type { FileTree } from './file-tree.ts'
import { manifestName } from './manifest-file.ts'

/** A scaffold is read by people. */
const FILE_COUNT_MAX = 2000
/** In bytes. */
const FILE_SIZE_MAX = 1024 * 1024

export type TemplatePlace = {
  /** As errors call it. */
  readonly what: string
  /** A package: it has more in it than the template, which is its folder `template`. */
  readonly isPackage?: boolean
}

/** Reads a template's files as they are. Throws `TEMPLATE_INVALID`, also for files that are no text. */
export async function readTemplateFolder(
  directory: string,
  { what, isPackage = false }: TemplatePlace = { what: `the template in ${directory}` },
): Promise<FileTree> {
  const inner = join(directory, 'template')
  const hasInner = await isFolder(inner)
  if (!hasInner && !(await isFolder(directory))) throw invalid(`${what} is no folder`)
  if (!hasInner && isPackage) throw invalid(`${what} is no template: it has no folder template`)
  const folder = hasInner ? inner : directory
  const { glob } = await import('tinyglobby')
  const paths = await glob('**', {
    cwd: folder,
    dot: true,
    followSymbolicLinks: false,
    ignore: ['**/node_modules/**', '**/.git/**'],
    expandDirectories: false,
  })
  if (!paths.includes(manifestName)) throw invalid(`${what} has no ${manifestName}`)
  if (paths.length > FILE_COUNT_MAX) throw invalid(`${what} has more than ${FILE_COUNT_MAX} files`)
  return Object.fromEntries(
    await Promise.all(paths.sort().map(async (path) => [path, await readText(join(folder, path))] as const)),
  )
}

/** Fills the placeholders. One without an answer stays as it is: other tools have theirs. Throws `TEMPLATE_INVALID`. */
export function fillTemplate(tree: FileTree, answers: Readonly<Record<string, string>>): FileTree {
  const fill = (text: string, placeholder: RegExp): string =>
    text.replaceAll(placeholder, (whole, name: string) =>
      Object.hasOwn(answers, name) ? (answers[name] ?? whole) : whole,
    )
  const filled = Object.entries(tree).map(([path, text]) => {
    // npm never packs .gitignore and .npmrc: templates in packages carry them as _gitignore and _npmrc.
    const name = fill(path, /__([a-z]+)__/gi).replace(/(^|\/)_(gitignore|npmrc)$/, '$1.$2')
    if (name.split('/').includes('..') || name.startsWith('/'))
      throw invalid(`${path} in the template leaves its folder`)
    return [name, fill(text, /\{\{([a-z]+)\}\}/gi)] as const
  })
  const result = Object.fromEntries(filled)
  const place = `${manifestName} of the template`
  parseManifest(parseJson(result[manifestName] ?? '', place), place)
  return result
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > FILE_SIZE_MAX) throw invalid(`${path} in the template is over ${FILE_SIZE_MAX} bytes`)
  const bytes = await readFile(path)
  if (bytes.includes(0)) throw invalid(`${path} in the template is no text`)
  return bytes.toString('utf8')
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

function invalid(sentence: string): Error {
  return userError('TEMPLATE_INVALID', sentence)
}
