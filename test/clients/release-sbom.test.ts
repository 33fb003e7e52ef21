/** The bill of materials of a release, held against the published schema of CycloneDX 1.6 by a validator that is not ours. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shop } from '../../packages/release/test/shop.ts'
import { makeWorld } from '../../packages/release/test/world.ts'

/** The library carries the schemas. */
const TOOLS = ['ajv@8.20.0', 'ajv-formats@3.0.1', '@cyclonedx/cyclonedx-library@10.3.0']

/** Prints the mistakes of a document as JSON. Run in the folder of the tools, which are not ours to import. */
const VALIDATOR = `
import fs from 'node:fs'
import ajvModule from 'ajv'
import formats from 'ajv-formats'
const read = (name) => JSON.parse(fs.readFileSync('node_modules/@cyclonedx/cyclonedx-library/res/schema/' + name + '.SNAPSHOT.schema.json', 'utf8'))
const ajv = new ajvModule.default({ strict: false, allErrors: true })
formats.default(ajv)
for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true)
for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
  ajv.addSchema(read(name), 'http://cyclonedx.org/schema/' + name + '.SNAPSHOT.schema.json')
const validate = ajv.compile(read('bom-1.6'))
validate(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')))
process.stdout.write(JSON.stringify((validate.errors ?? []).map(({ instancePath, message }) => instancePath + ' ' + message)))
`

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'alk-sbom-'))
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
  execFileSync('npm', ['install', ...options, ...TOOLS], { stdio: 'ignore' })
  writeFileSync(path.join(folder, 'validate.mjs'), VALIDATOR)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function mistakesOf(file: string): readonly string[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['validate.mjs', file], { cwd: folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as readonly string[]
}

it('is what CycloneDX 1.6 asks for; one that is not is found out', async () => {
  await using world = await makeWorld(shop())
  const { beside } = await world.release()
  const file = beside.find((name) => name.endsWith('.cdx.json')) ?? ''
  expect(mistakesOf(file)).toEqual([])
  const broken = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), serialNumber: 'one' }
  writeFileSync(file, JSON.stringify(broken))
  expect(mistakesOf(file)).toEqual([expect.stringContaining('/serialNumber must match pattern')])
})
