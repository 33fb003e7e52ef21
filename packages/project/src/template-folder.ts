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

export type TemplateFile = {
  /** In the project that is made, before placeholders are filled in; POSIX. */
  readonly path: string
  /** Where its text lies, absolute. */
  readonly location: string
}

/** Reads the files of a folder, or of the folder `template` in it. Throws `TEMPLATE_INVALID`. */
export async function readTemplateFolder(directory: string): Promise<FileTree> {
  const what = `the template in ${directory}`
  const inner = join(directory, 'template')
  const folder = (await isFolder(inner)) ? inner : directory
  if (!(await isFolder(folder))) throw invalid(`${what} is no folder`)
  const { glob } = await import('tinyglobby')
  const paths = await glob('**', {
    cwd: folder,
    dot: true,
    followSymbolicLinks: false,
    ignore: ['**/node_modules/**', '**/.git/**'],
    expandDirectories: false,
  })
  return readTemplateFiles(
    paths.map((path) => ({ path, location: join(folder, path) })),
    what,
  )
}

/** Reads a template's files as they are; `what` is it called in errors. Throws `TEMPLATE_INVALID`, also for files that are no text. */
export async function readTemplateFiles(files: readonly TemplateFile[], what: string): Promise<FileTree> {
  if (!files.some(({ path }) => path === manifestName)) throw invalid(`${what} has no ${manifestName}`)
  if (files.length > FILE_COUNT_MAX) throw invalid(`${what} has more than ${FILE_COUNT_MAX} files`)
  const sorted = files.toSorted((left, right) => (left.path < right.path ? -1 : 1))
  const texts = await Promise.all(sorted.map(async (file) => [file.path, await readText(file)] as const))
  return Object.fromEntries(texts)
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

async function readText({ path, location }: TemplateFile): Promise<string> {
  const { size } = await stat(location)
  if (size > FILE_SIZE_MAX) throw invalid(`${path} in the template is over ${FILE_SIZE_MAX} bytes`)
  const bytes = await readFile(location)
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
