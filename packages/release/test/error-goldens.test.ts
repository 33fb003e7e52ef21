/** The exact words of the errors that no command causes yet. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import {
  checkProof,
  checkRebuild,
  compareTarballs,
  proveRelease,
  verifyChecksum,
  verifySignatures,
  writeKeyPair,
} from '../src/index.ts'
import type { Release } from '../src/index.ts'
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

test('a proof that failed, a release that is made differently, a tarball that is missing, a key that is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alkahest-goldens-'))
  const replace = { '<folder>': folder }
  const tarball = join(folder, 'shop-1.0.0-linux-x64.tar.gz')
  const load = { sent: 100, versions: ['1.0.0'], p99Before: 1, p99Since: 2 }
  try {
    const lost = async (): Promise<unknown> =>
      checkProof({
        rolls: 3,
        failed: 4,
        loads: [
          { ...load, kind: 'keep-alive', succeeded: 97, failures: { ECONNRESET: 2, 'no answer in time': 1 } },
          { ...load, kind: 'close', succeeded: 99, failures: { 'status 502': 1 } },
        ],
      })
    expectErrorGolden('RELEASE_LOST_REQUESTS', await reasonOf(lost))
    const differences = Array.from({ length: 22 }, (_, index) => ({
      path: `releases/1.0.0/app/${index}.js`,
      problem: 'other content' as const,
    }))
    const other = async (): Promise<unknown> =>
      checkRebuild(tarball, { identical: false, tarSha256: ['a', 'b'], differences })
    expectErrorGolden('RELEASE_NOT_REPRODUCIBLE', await reasonOf(other), { replace })
    expectErrorGolden('RELEASE_TARBALL_MISSING', await reasonOf(() => verifyChecksum(tarball)), { replace })
    const unsigned = { tarball } as Release
    expectErrorGolden('RELEASE_SIGNATURE_INVALID', await reasonOf(() => verifySignatures(unsigned, 'x', [])), {
      replace,
    })
    const key = join(folder, 'release.key')
    await writeFile(key, '')
    expectErrorGolden('RELEASE_KEY_EXISTS', await reasonOf(() => writeKeyPair(key, folder)), { replace })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
