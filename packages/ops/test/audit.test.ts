/** What is known against what is locked, and under which terms it stands. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { audit, doctor, install, licenses, sbom } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'

/** A registry that only knows advisories; it tells what it was asked. */
async function advisories(answer: object): Promise<{ readonly url: string; readonly asked: unknown[] }> {
  const asked: unknown[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push(JSON.parse(body))
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

const bad = {
  id: 7,
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  title: 'Eats data',
  severity: 'high',
  vulnerable_versions: '<1.2.0',
}

const project = (ignore: readonly object[] = []) => ({
  packages: ['left 1.1.0: right ^1', 'right 1.0.0'],
  manifest: { dependencies: { left: '^1.0.0' }, alkahest: { audit: { ignore } } },
})

test('an advisory that concerns a locked version is told, another is not', async () => {
  await using world = await openWorld(project())
  await install(world.at(), {})
  const { url, asked } = await advisories({ left: [bad], right: [{ ...bad, vulnerable_versions: '>=2.0.0' }] })
  const report = await audit(world.at(), { registry: url })
  expect(asked).toEqual([{ left: ['1.1.0'], right: ['1.0.0'] }])
  expect(report).toMatchObject({
    packages: 2,
    advisories: [{ id: 'GHSA-aaaa-bbbb-cccc', name: 'left', versions: ['1.1.0'], range: '<1.2.0', severity: 'high' }],
    ignored: [],
  })
})

test('an ignored one counts again after its last day', async () => {
  const { url } = await advisories({ left: [bad] })
  const ignore = { id: 'GHSA-aaaa-bbbb-cccc', reason: 'nothing of it is called', expires: '2026-11-22' }
  const unused = { id: 'GHSA-xxxx', reason: 'long gone', expires: '2027-01-01' }
  await using world = await openWorld(project([ignore, unused]))
  await install(world.at(), {})
  const report = await audit(world.at(), { registry: url })
  expect(report).toMatchObject({ advisories: [], ignored: [{ reason: ignore.reason }], unusedIgnores: ['GHSA-xxxx'] })
  const later = await audit(world.at('.', { now: () => Date.parse('2026-11-23T00:00:00Z') }), { registry: url })
  expect(later).toMatchObject({ advisories: [{ name: 'left' }], ignored: [], expiredIgnores: [ignore.id] })
})

test('an ignore without a reason is a mistake', async () => {
  await using world = await openWorld(project([{ id: 'GHSA-x', expires: '2027-01-01' }]))
  await install(world.at(), {})
  expect(await wordsOf(audit(world.at(), {}))).toBe(
    `MANIFEST_INVALID "alkahest.audit.ignore[0]" in ${world.project}/package.json is not what it has to be\nhint: write {"id": "GHSA-...", "reason": "why it does not matter here", "expires": "2027-01-31"}`,
  )
})

test('licenses and the bill of materials come from the manifests in the store', async () => {
  await using world = await openWorld({ manifest: { dependencies: { mit: '^1.0.0', old: '^1.0.0' } } })
  await world.registry.publishFiles({ 'package.json': '{"name": "mit", "version": "1.0.0", "license": "MIT"}' })
  await world.registry.publishFiles({
    'package.json':
      '{"name": "old", "version": "1.0.0", "licenses": [{"type": "MIT"}, {"type": "X11"}], "dependencies": {"mit": "1"}}',
  })
  await install(world.at(), {})
  expect(await licenses(world.at())).toEqual({
    packages: [
      { name: 'mit', version: '1.0.0', license: 'MIT' },
      { name: 'old', version: '1.0.0', license: 'MIT OR X11' },
    ],
  })
  const report = await sbom(world.at())
  expect(report.sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    components: [{ purl: 'pkg:npm/mit@1.0.0', licenses: [{ expression: 'MIT' }] }, { name: 'old' }],
    dependencies: [
      { ref: 'workspace:.', dependsOn: ['mit@1.0.0', 'old@1.0.0'] },
      { ref: 'mit@1.0.0', dependsOn: [] },
      { ref: 'old@1.0.0', dependsOn: ['mit@1.0.0'] },
    ],
  })
  expect(await sbom(world.at())).toEqual(report)
})

test('the doctor looks at everything, also at what fails', async () => {
  await using world = await openWorld(project())
  const states = async () => (await doctor(world.at())).checks.map(({ name, state }) => `${name} ${state}`)
  expect(await states()).toEqual(['node ok', 'home ok', 'lockfile failed', 'registry ok', 'login warning'])
  await install(world.at(), {})
  expect(await states()).toEqual(['node ok', 'home ok', 'lockfile ok', 'registry ok', 'login warning'])
})
