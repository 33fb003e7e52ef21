/** `npm run pack`: writes `dist/alkahest.tgz`, the installable command; the same sources give the same bytes. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { packTarball } from '@alkahest/protocol'
import { packageFiles } from './package-files.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const target = path.join(root, 'dist', 'alkahest.tgz')

const files = await packageFiles(root)
const tarball = packTarball(files)

// Renamed into place: whoever reads it meanwhile reads all of the old or all of the new one.
mkdirSync(path.dirname(target), { recursive: true })
const incoming = `${target}.${process.pid}`
writeFileSync(incoming, tarball.bytes)
renameSync(incoming, target)

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} kB`
console.log(
  `${path.relative(root, target)}: ${files.length} files, ${kilobytes(tarball.bytes.length)} (${kilobytes(tarball.unpackedSize)} unpacked)\n${tarball.integrity}`,
)
