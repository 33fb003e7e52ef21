/**
 * One hash of a folder: equal exactly when paths, kinds, modes, link targets and contents are equal. It is the SHA-512 of the lines that
 * {@link listTree} gives; times are not in it.
 */
import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'

/** In hexadecimal digits; a folder that does not exist has a digest of its own. */
export async function digestTree(root: string): Promise<string> {
  const lines = await listTree(root)
  return createHash('sha512').update(lines.join('\n')).digest('hex')
}

/** One line for each entry, sorted by path: `file 644 <sha512> a/b.txt`, `folder 755 - a`, `link - <target> c`. Tests compare these to see what differs. */
export async function listTree(root: string): Promise<readonly string[]> {
  const lines: string[] = []
  await walk(root, '', lines)
  return lines
}

async function walk(root: string, relative: string, lines: string[]): Promise<void> {
  const absolute = path.join(root, relative)
  const found = await lstat(absolute).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  })
  const shown = relative === '' ? '.' : relative.split(path.sep).join('/')
  if (found === undefined) {
    lines.push(`absent - - ${shown}`)
    return
  }
  const mode = (found.mode & 0o777).toString(8)
  if (found.isSymbolicLink()) lines.push(`link - ${await readlink(absolute)} ${shown}`)
  else if (found.isFile())
    lines.push(
      `file ${mode} ${createHash('sha512')
        .update(await readFile(absolute))
        .digest('hex')} ${shown}`,
    )
  else if (!found.isDirectory()) lines.push(`other ${mode} - ${shown}`)
  else {
    lines.push(`folder ${mode} - ${shown}`)
    for (const name of (await readdir(absolute)).toSorted()) await walk(root, path.join(relative, name), lines)
  }
}
