/** The laws of `PackageIndex` and its companions, for every implementation (src/ports/package-index.ts numbers them). */
import type { Integrity, PackageName, Version } from '@alkahest/core'
import { expect, test } from 'vitest'
import type { Index, Publication } from '../src/ports/package-index.ts'

const AT = '2026-01-01T00:00:00.000Z'
const act = { by: 'operator', at: AT }
const LATER = '2026-01-01T01:00:00.000Z'
const name = 'a' as PackageName
const version = (text: string) => text as Version
const text = (more: object = {}) => JSON.stringify({ ...more, dist: { tarball: '' } })

function publication(change: Partial<Publication> = {}): Publication {
  return {
    name,
    version: version('1.0.0'),
    full: text({ full: true }),
    abbreviated: text(),
    tarball: { integrity: 'sha512-one' as Integrity, size: 1 },
    tags: ['latest'],
    access: 'public',
    readme: undefined,
    provenance: undefined,
    search: { description: 'Some Words', keywords: ['key'] },
    by: 'alice',
    administrator: false,
    at: AT,
    ...change,
  }
}

/** @param open a fresh, empty index each time; the suite closes it */
export function indexConformance(open: () => Promise<Index>): void {
  const withIndex = (work: (index: Index) => Promise<void>) => async () => {
    const index = await open()
    try {
      await work(index)
    } finally {
      await index.close()
    }
  }
  const change = { by: 'alice', at: AT }

  test(
    'what was published is read back: versions ascending, tags, owner, readme',
    withIndex(async (index) => {
      expect(await index.head(name)).toBeUndefined()
      expect(
        await index.publish(publication({ version: version('10.0.0'), readme: { path: 'README.md', text: '# ä' } })),
      ).toEqual({ kind: 'published', revision: 1, created: true })
      expect(await index.publish(publication({ version: version('9.0.0'), tags: ['old'] }))).toEqual({
        kind: 'published',
        revision: 2,
        created: false,
      })
      expect(await index.read(name)).toMatchObject({
        name,
        revision: 2,
        access: 'public',
        owners: ['alice'],
        createdAt: AT,
        versions: [{ version: '9.0.0' }, { version: '10.0.0', full: text({ full: true }), abbreviated: text() }],
        distTags: { latest: '10.0.0', old: '9.0.0' },
        readme: { path: 'README.md', text: '# ä' },
      })
      expect(await index.tarball(name, version('9.0.0'))).toEqual({ integrity: 'sha512-one', size: 1 })
      expect(await index.counts()).toEqual({ packages: 1, versions: 2 })
    }),
  )

  test(
    'law 3: a version is written once, and a removed number never again',
    withIndex(async (index) => {
      await index.publish(publication())
      expect(await index.publish(publication())).toEqual({ kind: 'repeated' })
      const others = { integrity: 'sha512-two' as Integrity, size: 2 }
      expect(await index.publish(publication({ tarball: others }))).toEqual({ kind: 'exists' })
      await index.change(name, [{ kind: 'remove', version: version('1.0.0') }], change)
      expect(await index.publish(publication({ tarball: others }))).toEqual({ kind: 'removed' })
      expect(await index.tarball(name, version('1.0.0'))).toBeUndefined()
    }),
  )

  test(
    'law 1: what is refused changes nothing',
    withIndex(async (index) => {
      await index.publish(publication())
      const before = await index.read(name)
      await index.publish(publication({ tarball: { integrity: 'sha512-two' as Integrity, size: 2 }, tags: ['next'] }))
      expect(await index.publish(publication({ version: version('2.0.0'), by: 'mallory' }))).toEqual({
        kind: 'not-owner',
        owners: ['alice'],
      })
      const changes = [
        { kind: 'tag' as const, tag: 'next', version: version('1.0.0') },
        { kind: 'tag' as const, tag: 'x', version: version('9.9.9') },
      ]
      expect(await index.change(name, changes, change)).toEqual({ kind: 'missing-version', version: '9.9.9' })
      expect(await index.change(name, [{ kind: 'untag', tag: 'latest' }], { ...change, revision: 7 })).toEqual({
        kind: 'stale',
        revision: 1,
      })
      expect(await index.change('b' as PackageName, [], change)).toEqual({ kind: 'missing' })
      expect(await index.read(name)).toEqual(before)
    }),
  )

  test(
    'law 1 for several at once: all of them or none, whichever is refused',
    withIndex(async (index) => {
      const [b, c] = ['b' as PackageName, 'c' as PackageName]
      await index.publish(publication({ name: b }))
      const before = await index.read(b)
      const taken = publication({ name: b, tarball: { integrity: 'sha512-two' as Integrity, size: 2 } })
      for (const all of [
        [publication(), taken, publication({ name: c })],
        [publication({ name: c }), publication(), taken],
      ]) {
        expect(await index.publishTogether(all)).toEqual({
          kind: 'refused',
          publication: taken,
          outcome: { kind: 'exists' },
        })
      }
      const foreign = publication({ name: b, version: version('2.0.0'), by: 'mallory' })
      expect(await index.publishTogether([publication({ by: 'mallory' }), foreign])).toMatchObject({
        outcome: { kind: 'not-owner', owners: ['alice'] },
      })
      expect([await index.head(name), await index.head(c)]).toEqual([undefined, undefined])
      expect(await index.read(b)).toEqual(before)
      const next = publication({ name: b, version: version('2.0.0') })
      expect(await index.publishTogether([publication({ name: c }), next, publication()])).toEqual({
        kind: 'published',
      })
      expect(await index.counts()).toEqual({ packages: 3, versions: 4 })
      expect((await index.read(b))?.revision).toBe(2)
    }),
  )

  test(
    'law 4: every change raises the revision and moves the date by a second at least',
    withIndex(async (index) => {
      await index.publish(publication())
      const dates = [(await index.head(name))?.modifiedAt]
      for (let revision = 2; revision <= 4; revision++) {
        expect(await index.change(name, [{ kind: 'stars', stars: [`s${revision}`] }], change)).toEqual({
          kind: 'changed',
          revision,
        })
        dates.push((await index.head(name))?.modifiedAt)
      }
      expect(dates).toEqual([0, 1, 2, 3].map((second) => `2026-01-01T00:00:0${second}.000Z`))
    }),
  )

  test(
    'law 6: of twenty that race for one version one wins, and fifty versions at once are all there',
    withIndex(async (index) => {
      const racers = Array.from({ length: 20 }, (_, racer) =>
        publication({ tarball: { integrity: `sha512-${racer}` as Integrity, size: racer } }),
      )
      const outcomes = await Promise.all(racers.map((racer) => index.publish(racer)))
      const winner = outcomes.findIndex(({ kind }) => kind === 'published')
      expect(outcomes.filter(({ kind }) => kind === 'exists')).toHaveLength(19)
      expect((await index.tarball(name, version('1.0.0')))?.integrity).toBe(`sha512-${winner}`)
      const many = Array.from({ length: 50 }, (_, patch) => publication({ version: version(`2.0.${patch}`) }))
      await Promise.all(many.map((one) => index.publish(one)))
      const read = await index.read(name)
      expect([read?.versions.length, read?.revision]).toEqual([51, 51])
    }),
  )

  test(
    'deprecation, access, owners, latest after a removal',
    withIndex(async (index) => {
      await index.publish(publication())
      await index.publish(publication({ version: version('1.1.0') }))
      await index.publish(publication({ version: version('2.0.0-rc.1') }))
      const changes = [
        { kind: 'deprecate' as const, version: version('1.0.0'), message: 'old' },
        { kind: 'access' as const, access: 'restricted' as const },
        { kind: 'owners' as const, owners: ['alice', 'bob'] },
        { kind: 'remove' as const, version: version('2.0.0-rc.1') },
      ]
      await index.change(name, changes, change)
      const read = await index.read(name)
      expect(read).toMatchObject({ access: 'restricted', owners: ['alice', 'bob'], distTags: { latest: '1.1.0' } })
      expect(JSON.parse(read!.versions[0]!.abbreviated)).toEqual({ deprecated: 'old', dist: { tarball: '' } })
      expect((await index.publish(publication({ version: version('1.2.0'), by: 'bob' }))).kind).toBe('published')
    }),
  )

  test(
    'search: every word, exact totals, exact names first, nothing that is hidden',
    withIndex(async (index) => {
      const search = async (words: string[], more: object = {}) => {
        const query = {
          words,
          keywords: [],
          owner: undefined,
          scope: undefined,
          size: 2,
          from: 0,
          restricted: false,
          ...more,
        }
        const { hits, total } = await index.search(query)
        return [hits.map((hit) => hit.name), total]
      }
      for (const one of ['util', 'my-util', '@s/util', 'other'])
        await index.publish(publication({ name: one as PackageName }))
      await index.publish(publication({ name: 'hidden-util' as PackageName, access: 'restricted' }))
      expect(await search(['util'])).toEqual([['@s/util', 'util'], 3])
      expect(await search(['util'], { from: 2 })).toEqual([['my-util'], 3])
      expect(await search(['util'], { restricted: true, size: 0 })).toEqual([[], 4])
      expect(await search(['words', 'other'])).toEqual([['other'], 1])
      expect(await search([], { scope: '@s' })).toEqual([['@s/util'], 1])
      expect(await search(['100%_'])).toEqual([[], 0])
    }),
  )

  test(
    'accounts: the first is administrator, a name is taken once, also at once',
    withIndex(async (index) => {
      const account = (who: string) => ({
        name: who,
        email: '',
        passwordHash: 'x',
        role: 'member' as const,
        createdAt: AT,
      })
      const made = await Promise.all(['alice', 'alice', 'bob'].map((who) => index.createAccount(account(who))))
      expect(made.filter(Boolean)).toHaveLength(2)
      const accounts = await index.accounts()
      expect(accounts.filter(({ role }) => role === 'administrator')).toHaveLength(1)
      expect(await index.changeAccount('bob', { email: 'b@example.com' }, act)).toBe(true)
      expect(await index.account('bob')).toMatchObject({ email: 'b@example.com', passwordHash: 'x' })
      expect(await index.changeAccount('nobody', { role: 'member' }, act)).toBe(false)
      expect(await index.changeAccount('bob', { passwordHash: 'y', role: 'administrator' }, act)).toBe(true)
      const events = await index.events(0, 100)
      expect(events.map(({ number }) => number)).toEqual([1, 2, 3, 4])
      expect(events.slice(2)).toMatchObject([
        { at: AT, actor: 'operator', kind: 'account-changed', subject: 'bob', detail: { email: 'b@example.com' } },
        { kind: 'account-changed', subject: 'bob', detail: { password: 'changed', role: 'administrator' } },
      ])
      expect(await index.events(2, 1)).toEqual(events.slice(2, 3))
    }),
  )

  test(
    'tokens and claims',
    withIndex(async (index) => {
      await index.createAccount({ name: 'alice', email: '', passwordHash: 'x', role: 'member', createdAt: AT })
      const token = {
        hash: 'h',
        key: 'k',
        account: 'alice',
        name: 'ci',
        readOnly: true,
        packages: ['@s/*'],
        addresses: ['::1'],
        createdAt: AT,
        expiresAt: AT,
      }
      await index.createToken(token)
      expect(await index.token('h')).toMatchObject({ token, account: { name: 'alice' } })
      expect(await index.tokensOf('alice')).toEqual([token])
      expect([await index.removeToken('h', act), await index.removeToken('h', act)]).toEqual([true, false])
      expect((await index.events(0, 100)).map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
        'account-created alice',
        'token-created k',
        'token-removed k',
      ])
      await index.claim('@s', AT)
      await index.claim('@s', AT)
      expect(await index.claims()).toEqual(['@s'])
    }),
  )

  test(
    'sessions of browsers are found until they end or expire',
    withIndex(async ({ browser }) => {
      const session = { hash: 'h', account: 'alice', passwordDigest: 'd', createdAt: AT, expiresAt: LATER }
      await browser.createBrowserSession(session)
      expect(await browser.browserSession('h')).toEqual(session)
      await browser.createBrowserSession({
        ...session,
        hash: 'i',
        createdAt: LATER,
        expiresAt: '2026-01-01T02:00:00.000Z',
      })
      expect([await browser.browserSession('h'), (await browser.browserSession('i'))?.hash]).toEqual([undefined, 'i'])
      await browser.removeBrowserSession('i')
      expect(await browser.browserSession('i')).toBeUndefined()
    }),
  )

  test(
    'a login that a browser approves is given out once',
    withIndex(async ({ browser }) => {
      const login = {
        pollHash: 'poll',
        pageHash: 'page',
        code: 'ABCD',
        agent: 'npm',
        address: '::1',
        createdAt: AT,
        expiresAt: LATER,
        account: undefined,
        scope: undefined,
      }
      await browser.createPendingLogin(login)
      expect([await browser.pendingLogin('page'), await browser.takeLogin('poll')]).toEqual([login, login])
      expect([await browser.pendingLogin('poll'), await browser.takeLogin('page')]).toEqual([undefined, undefined])
      expect([await browser.approveLogin('page', 'alice'), await browser.approveLogin('page', 'eve')]).toEqual([
        true,
        false,
      ])
      const taken = await Promise.all([browser.takeLogin('poll'), browser.takeLogin('poll')])
      expect(taken.filter((found) => found !== undefined)).toEqual([{ ...login, account: 'alice' }])
      await browser.createPendingLogin(login)
      await browser.removePendingLogin('page')
      expect(await browser.approveLogin('page', 'alice')).toBe(false)
      await browser.createPendingLogin(login)
      await browser.createPendingLogin({
        ...login,
        pollHash: 'other',
        pageHash: 'other',
        createdAt: LATER,
        scope: 'api',
      })
      expect([await browser.pendingLogin('page'), (await browser.pendingLogin('other'))?.scope]).toEqual([
        undefined,
        'api',
      ])
    }),
  )

  test(
    'dependents are packages whose latest version needs the name, by name',
    withIndex(async (index) => {
      const needs = (own: string, dependencies: object, more: Partial<Publication> = {}) =>
        index.publish(publication({ name: own as PackageName, abbreviated: text(dependencies), ...more }))
      await needs('c', { dependencies: { a_b: '^1', ab: '1' } })
      await needs('b', { peerDependencies: { a_b: '*' } })
      await needs('hidden', { optionalDependencies: { a_b: '~2' } }, { access: 'restricted' })
      await needs('other', { dependencies: { 'a%b': '1', axb: '1' }, bin: { a_b: 'x.js' } })
      await needs('former', { dependencies: { a_b: '1' } })
      await needs('former', {}, { version: version('2.0.0') })
      const wanted = 'a_b' as PackageName
      const found = (restricted: boolean, size = 10) => index.browser.dependents(wanted, { restricted, size })
      expect(await found(false)).toEqual({
        first: [
          { name: 'b', version: '1.0.0', range: '*' },
          { name: 'c', version: '1.0.0', range: '^1' },
        ],
        total: 2,
      })
      expect(await found(true, 1)).toEqual({ first: [{ name: 'b', version: '1.0.0', range: '*' }], total: 3 })
      // More than are looked through at once.
      const many = Array.from({ length: 260 }, (_, number) => `many-${String(number).padStart(3, '0')}`)
      await Promise.all(many.map((own) => needs(own, { dependencies: { a_b: '1' } })))
      const { first, total } = await found(false, 1000)
      expect([total, first.map((dependent) => dependent.name)]).toEqual([262, ['b', 'c', ...many]])
    }),
  )

  test(
    "the upstream's records are replaced, forgotten, and counted as copies",
    withIndex(async (index) => {
      const record = {
        name,
        upstream: 'http://u/',
        found: true,
        checkedAt: 1_767_225_600_123,
        etag: '"e"',
        lastModified: undefined,
        documents: { full: { integrity: 'sha512-doc', size: 5 } },
      }
      await index.putUpstream({ ...record, found: false, documents: {} })
      await index.putUpstream(record)
      expect(await index.upstream(name)).toEqual(record)
      await index.putUpstreamTarball(name, version('1.0.0'), { integrity: 'sha512-tgz' as Integrity, size: 9 })
      await index.publish(publication({ name: 'mine' as PackageName }))
      const references = await collect(index.blobReferences())
      expect(references.map(({ integrity, kind }) => `${kind} ${integrity}`).toSorted()).toEqual([
        'cached sha512-doc',
        'cached sha512-tgz',
        'published sha512-one',
      ])
      await index.forgetUpstream()
      expect([await index.upstream(name), await index.upstreamTarball(name, version('1.0.0'))]).toEqual([
        undefined,
        undefined,
      ])
    }),
  )
}

/** All that an iterable gives. */
async function collect<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of source) items.push(item)
  return items
}
