/** What is fetched before it is certain that it is needed. */
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import { expect, it } from 'vitest'
import { install } from '../src/index.ts'
import { errorOf, openWorld } from './world.ts'

const PACKAGES = `
  a 1.0.0: b *
  b 1.0.0: c *
  c 1.0.0: d ^2
  d 1.0.0
  other 1.0.0: os:aix`

it('is what the solver will probably choose, for this machine alone, while it waits for the rest', async () => {
  await using registry = await startRegistry({ packages: PACKAGES })
  // One that has no closures: with them there would be nothing to wait for.
  await using front = await faultyRegistry({ upstream: registry.url })
  await using world = await openWorld({
    registry,
    registryUrl: front.url,
    manifest: { dependencies: { a: '*' }, optionalDependencies: { other: '*' } },
  })
  expect((await errorOf(install(world.at(), {}))).code).toBe('VERSION_NOT_FOUND')
  // A dry run of the same finds out as much and fetches nothing.
  expect((await world.asked()).filter((asked) => asked.endsWith('.tgz'))).toEqual([
    'a-1.0.0.tgz',
    'b-1.0.0.tgz',
    'c-1.0.0.tgz',
  ])
  await errorOf(install(world.at(), { dryRun: true }))
  await errorOf(install(world.at(), { lockfileOnly: true }))
  expect((await world.asked()).filter((asked) => asked.endsWith('.tgz'))).toEqual([])
})
