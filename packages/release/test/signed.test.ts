/** What lies beside a tarball, and what an upgrade and `verify` make of it. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { installShop, shop } from './shop.ts'
import { makeWorld, run } from './world.ts'

/** As `minisign -G -W` writes them. */
function makeKey(id: string): { readonly secret: string; readonly public: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const keyId = Buffer.from(id.padEnd(8))
  const keys = Buffer.concat([keyId, seed, point])
  const checksum = createHash('blake2b512').update('Ed').update(keys).digest().subarray(0, 32)
  const secret = Buffer.concat([
    Buffer.from('Ed'),
    Buffer.alloc(2),
    Buffer.from('B2'),
    Buffer.alloc(48),
    keys,
    checksum,
  ])
  return {
    secret: `untrusted comment: minisign secret key\n${secret.toString('base64')}\n`,
    public: Buffer.concat([Buffer.from('Ed'), keyId, point]).toString('base64'),
  }
}

test('checksums of everything beside, a bill of materials, and verify finds a changed file', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const second = await world.release({ target: 'linux-arm64' })
  const folder = dirname(second.tarball)
  const { stdout } = await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder })
  expect(stdout).toBe(
    ['arm64.cdx.json', 'arm64.tar.gz', 'x64.cdx.json', 'x64.tar.gz']
      .map((end) => `shop-1.2.0-linux-${end}: OK\n`)
      .join(''),
  )
  const sbom = JSON.parse(await readFile(join(folder, 'shop-1.2.0-linux-x64.cdx.json'), 'utf8')) as object
  expect(sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: expect.stringMatching(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ) as string,
    metadata: { timestamp: '1970-01-01T00:00:00.000Z', component: { name: 'shop', version: '1.2.0' } },
    components: [
      { name: 'greeting', version: '1.0.0', purl: 'pkg:npm/greeting@1.0.0' },
      { name: 'word', version: '1.0.0' },
      { name: 'node', type: 'platform', version: process.versions.node },
    ],
    dependencies: [
      { ref: 'pkg:npm/shop@1.2.0', dependsOn: ['greeting@1.0.0', 'runtime'] },
      { ref: 'greeting@1.0.0', dependsOn: ['word@1.0.0'] },
      { ref: 'word@1.0.0', dependsOn: [] },
      { ref: 'runtime' },
    ],
  })
  expect((await installed.bin('verify')).stdout).toMatch(/^shop 1\.2\.0: \d+ files are what was released\n$/)
  await appendFile(join(installed.root, 'releases/1.2.0/app/dist/main.js'), '//')
  const verify = await installed.bin('verify')
  expect(verify).toMatchObject({ code: 1, stdout: 'changed  releases/1.2.0/app/dist/main.js\n' })
})

test('a release with trusted keys takes signed tarballs of its own name and version, and nothing else', async () => {
  const key = makeKey('right')
  const other = makeKey('wrong')
  const input = shop()
  await using world = await makeWorld({ ...input, files: { ...input.files, 'rel/trusted_keys': `${key.public}\n` } })
  await using installed = await installShop(world)
  const { bin } = installed
  const good = await world.release({ version: '1.3.0', signingKey: key.secret })
  const signature = `${good.tarball}.minisig`
  const text = await readFile(signature, 'utf8')
  const reason = async (): Promise<string> =>
    (await bin('upgrade', good.tarball)).stderr.replace(`error: ${good.tarball} was not installed: `, '').trimEnd()

  await rename(signature, `${signature}.away`)
  expect(await reason()).toBe('it is not signed, and the running version accepts signed ones only')
  const foreign = await world.release({ version: '1.3.1', signingKey: other.secret })
  await writeFile(signature, await readFile(`${foreign.tarball}.minisig`))
  expect(await reason()).toBe('it is signed by a key that the running version does not trust')
  const older = await world.release({ version: '1.2.9', signingKey: key.secret })
  await writeFile(signature, await readFile(`${older.tarball}.minisig`))
  expect(await reason()).toBe('its signature does not fit')
  await writeFile(signature, text.replace('shop 1.3.0', 'shop 9.3.0'))
  expect(await reason()).toBe('the comment of its signature was changed')
  await writeFile(signature, 'nonsense')
  expect(await reason()).toBe(`${signature} is not a signature of minisign`)
  await writeFile(signature, text)
  expect(await reason()).toBe('')
  expect((await bin('releases')).stdout).toBe('1.2.0  previous\n1.3.0  current\n')
})

test('a key with a password, and what is no key', async () => {
  await using world = await makeWorld(shop())
  const bytes = Buffer.from(makeKey('x').secret.split('\n')[1] ?? '', 'base64')
  bytes.write('Sc', 2)
  await expect(world.release({ signingKey: bytes.toString('base64') })).rejects.toThrow(
    'The secret key in the signing key is protected by a password',
  )
  await expect(world.release({ signingKey: 'x', overwrite: true })).rejects.toThrow(
    'the signing key is not a secret key of minisign',
  )
})
