/** The exact words of the errors that no command causes yet. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { compareTarballs, proveRelease } from '../src/index.ts'
import { parseSigningKey } from '../src/minisign.ts'

async function reasonOf(work: () => Promise<unknown>): Promise<unknown> {
  return await work().then(
    () => 'nothing went wrong',
    (error: unknown) => error,
  )
}

test('what is no archive, no key, no release', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alkahest-goldens-'))
  const replace = { '<folder>': folder }
  const file = join(folder, 'x.tar.gz')
  try {
    for (const bytes of [Buffer.from('nonsense'), gzipSync('nonsense'.repeat(200))]) {
      await writeFile(file, bytes)
      expectErrorGolden('RELEASE_TARBALL_INVALID', await reasonOf(() => compareTarballs(file, file)), { replace })
    }
    const parse = async (): Promise<unknown> => parseSigningKey('nonsense', 'release.key')
    expectErrorGolden('RELEASE_SIGNING_KEY_INVALID', await reasonOf(parse))
    const prove = async (): Promise<unknown> => await proveRelease({ tarballs: [file, file], rolls: 1, windowMs: 0 })
    const reason = await reasonOf(prove)
    expectErrorGolden('RELEASE_PROVE_FAILED', reason, { replace })
    expect(reason).toBeInstanceOf(Error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
