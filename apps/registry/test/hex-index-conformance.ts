/** The laws of `HexIndex`, for every implementation. */
import type { Integrity, JsonObject } from '@alkahest/core'
import { expect, test } from 'vitest'
import type { HexPublication } from '../src/ports/hex-index.ts'
import type { Index } from '../src/ports/package-index.ts'

const AT = '2026-11-22T12:00:00.000Z'

function publication(version: string, change: Partial<HexPublication> = {}): HexPublication {
  return {
    repository: 'acme',
    name: 'bar',
    version,
    innerChecksum: 'aa',
    outerChecksum: `cc${version}`,
    facts: { app: 'bar' },
    meta: { description: `Bar ${version}` },
    description: `Bar ${version}`,
    tarball: { integrity: `sha512-${version}` as Integrity, size: 3 },
    by: 'alice',
    trusted: false,
    at: AT,
    ...change,
  }
}

export function hexIndexConformance(open: () => Promise<Index>): void {
  const withIndex = async (work: (index: Index) => Promise<void>): Promise<void> => {
    const index = await open()
    try {
      await work(index)
    } finally {
      await index.close()
    }
  }
  const options = { repository: 'acme', name: 'bar', by: 'alice', at: AT }

  test('hex: a publish is one state, which repository and package are numbered by', () =>
    withIndex(async ({ hex }) => {
      expect(await hex.publish(publication('1.0.0'))).toEqual({ kind: 'published', revision: 1 })
      expect(await hex.publish(publication('1.1.0'))).toEqual({ kind: 'published', revision: 2 })
      expect(await hex.publish(publication('1.0.0', { name: 'foo', by: 'bob' }))).toEqual({
        kind: 'published',
        revision: 3,
      })
      expect(await hex.head('acme', 'bar')).toMatchObject({ revision: 2, owners: [{ name: 'alice', level: 'full' }] })
      expect((await hex.repository('acme'))?.revision).toBe(3)
      const record = await hex.package('acme', 'bar')
      expect(record?.meta).toEqual({ description: 'Bar 1.1.0' })
      expect(record?.releases.map(({ version }) => version).toSorted()).toEqual(['1.0.0', '1.1.0'])
      const listings = await hex.listings('acme')
      expect(listings.map(({ name, versions }) => `${name} ${versions.length}`).toSorted()).toEqual(['bar 2', 'foo 1'])
    }))

  test('hex: a version is written once, by an owner, and never again after it was reverted', () =>
    withIndex(async ({ hex }) => {
      await hex.publish(publication('1.0.0'))
      expect(await hex.publish(publication('1.0.0'))).toEqual({ kind: 'repeated' })
      expect(await hex.publish(publication('1.0.0', { outerChecksum: 'dd' }))).toEqual({ kind: 'exists' })
      expect(await hex.publish(publication('1.1.0', { by: 'bob' }))).toEqual({ kind: 'not-owner' })
      expect(await hex.publish(publication('1.1.0', { by: 'bob', trusted: true }))).toMatchObject({ kind: 'published' })
      expect(await hex.change([{ kind: 'remove', version: '1.0.0' }], options)).toBe('changed')
      expect(await hex.publish(publication('1.0.0'))).toEqual({ kind: 'removed' })
      // Refused ones leave nothing, not even a revision.
      expect((await hex.repository('acme'))?.revision).toBe(3)
    }))

  test('hex: of twenty that race for one version one wins', () =>
    withIndex(async ({ hex }) => {
      const race = Array.from({ length: 20 }, (_, entry) =>
        hex.publish(publication('1.0.0', { outerChecksum: `e${entry}` })),
      )
      const kinds = (await Promise.all(race)).map(({ kind }) => kind)
      expect(kinds.filter((kind) => kind === 'published')).toHaveLength(1)
      expect(kinds.filter((kind) => kind === 'exists')).toHaveLength(19)
    }))

  test('hex: changes happen together or not at all, and leave events', () =>
    withIndex(async ({ hex }) => {
      await hex.publish(publication('1.0.0'))
      const retirement = { reason: 'security', message: 'leaks' }
      const archive = { integrity: 'sha512-docs' as Integrity, size: 7 }
      const retire = { kind: 'retire', version: '1.0.0', retirement } as const
      expect(await hex.change([retire, { kind: 'unretire', version: '9.0.0' }], options)).toBe('missing')
      expect(await hex.change([retire], { ...options, name: 'nothing' })).toBe('missing')
      expect((await hex.package('acme', 'bar'))?.releases[0]?.retirement).toBeUndefined()
      await hex.change([retire, { kind: 'documentation', version: '1.0.0', archive }], options)
      expect((await hex.package('acme', 'bar'))?.releases[0]).toMatchObject({ retirement, documentation: archive })
      await hex.change([{ kind: 'unretire', version: '1.0.0' }], options)
      await hex.change([{ kind: 'owners', owners: [{ name: 'bob', level: 'maintainer' }] }], options)
      expect(await hex.head('acme', 'bar')).toMatchObject({
        revision: 4,
        owners: [{ name: 'bob', level: 'maintainer' }],
      })
      const events = await hex.events('hex:acme/bar')
      expect(events.map(({ kind }) => kind)).toEqual([
        'hex-owners',
        'hex-unretired',
        'hex-docs-published',
        'hex-retired',
        'hex-published',
      ])
    }))

  test('hex: repositories have members; search looks into those that are named', () =>
    withIndex(async ({ hex }) => {
      expect(await hex.createRepository('team', { by: 'alice', at: AT })).toBe(true)
      expect(await hex.createRepository('team', { by: 'alice', at: AT })).toBe(false)
      expect(await hex.setMember('team', { account: 'bob', role: 'write' }, { by: 'alice', at: AT })).toBe(true)
      expect(await hex.setMember('nothing', { account: 'bob', role: 'write' }, { by: 'alice', at: AT })).toBe(false)
      expect((await hex.repository('team'))?.members).toEqual({ bob: 'write' })
      await hex.publish(publication('1.0.0', { repository: 'team', name: 'hidden_one' }))
      await hex.publish(publication('1.0.0', { name: 'shown_one' }))
      const found = async (...repositories: string[]) =>
        (await hex.search(repositories, ['one'])).map(({ name }) => name)
      expect([await found('acme'), await found('acme', 'team')]).toEqual([['shown_one'], ['hidden_one', 'shown_one']])
    }))

  test('hex: who speaks of a name is found, a part of all packages at a time', () =>
    withIndex(async ({ hex }) => {
      const needs = (name: string): JsonObject => ({ requirements: [{ name, requirement: '~> 1.0' }] })
      // More than are looked through at once, and a name that is one for SQL.
      for (let at = 0; at < 260; at++)
        await hex.publish(publication('1.0.0', { name: `p${at}`, facts: at % 100 === 9 ? needs('a_b') : needs('axb') }))
      await hex.publish(publication('1.1.0', { name: 'p9', facts: needs('other') }))
      await hex.publish(publication('1.0.0', { repository: 'team', name: 'inner', facts: needs('a_b') }))
      const found = async (...repositories: string[]) =>
        (await hex.mentioning('a_b', repositories)).map(({ name, versions }) => [name, versions.length])
      expect(await found('acme')).toEqual([
        ['p109', 1],
        ['p209', 1],
        ['p9', 2],
      ])
      expect(await found('team')).toEqual([['inner', 1]])
    }))

  test('hex: what has no release left is not found', () =>
    withIndex(async ({ hex }) => {
      await hex.publish(publication('1.0.0', { name: 'gone_one' }))
      await hex.change([{ kind: 'remove', version: '1.0.0' }], {
        repository: 'acme',
        name: 'gone_one',
        by: 'alice',
        at: AT,
      })
      expect(await hex.search(['acme'], ['gone'])).toEqual([])
    }))

  test('hex: blobs are referred to, those of the upstream as copies', () =>
    withIndex(async (index) => {
      const { hex } = index
      await hex.publish(publication('1.0.0'))
      await hex.putUpstreamTarball('jason', '1.4.0', { integrity: 'sha512-up' as Integrity, size: 9 })
      await hex.putUpstream({
        name: 'jason',
        upstream: 'http://u/',
        found: true,
        checkedAt: 1,
        etag: undefined,
        record: { a: 1 },
      })
      expect(await hex.upstream('jason')).toMatchObject({ found: true, record: { a: 1 } })
      const references = []
      for await (const { by, kind } of index.blobReferences()) references.push([by, kind])
      expect(references).toEqual([
        ['hex:acme/bar@1.0.0', 'published'],
        ['hex:jason@1.4.0 of the upstream', 'cached'],
      ])
      await hex.forgetUpstream()
      expect([await hex.upstream('jason'), await hex.upstreamTarball('jason', '1.4.0')]).toEqual([undefined, undefined])
    }))
}
