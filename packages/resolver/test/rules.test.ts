/** Every rule of npm's semantics that a resolution depends on, one test each, named after the rule. */
import { parsePackageName, parseVersion } from '@alkahest/core'
import { computeInstances, computeOutdated, explainWhy, whyNot } from '@alkahest/resolver'
import type { ResolveInput } from '@alkahest/resolver'
import { describe, expect, test } from 'vitest'
import { edge, failureOf, inputOf, parseWorld, picks, picksOf, resolvedOf, settle, WorldSource } from './world.ts'

/** Solves a first world, then another one with its lockfile. */
function relocked(first: string, second: string, options: Partial<ResolveInput> = {}): ReturnType<typeof resolvedOf> {
  const { resolution, settings } = resolvedOf(first)
  return resolvedOf(second, { locked: resolution, lockedSettings: settings, ...options })
}

describe('picking a version, as npm does', () => {
  test.each([
    ['latest wins inside the range', 'a 1.2.0: tag latest\na 1.3.0\nroot: a ^1', 'a@1.2.0'],
    ['and not outside of it', 'a 1.2.0: tag latest\na 2.0.0\nroot: a ^2', 'a@2.0.0'],
    ['a deprecated latest does not win', 'a 1.2.0\na 1.3.0: deprecated, tag latest\nroot: a ^1', 'a@1.2.0'],
    ['deprecated is a preference, not an exclusion', 'a 1.3.0: deprecated\nroot: a ^1', 'a@1.3.0'],
    ['prereleases only beside their own release', 'a 1.0.0\na 1.1.0-rc.1\nroot: a ^1', 'a@1.0.0'],
    ['unless the range names one', 'a 1.0.0\na 1.1.0-rc.1\na 1.1.0-rc.2\nroot: a ^1.1.0-rc.1', 'a@1.1.0-rc.2'],
    ['* takes a prerelease when there is nothing else', 'a 1.0.0-rc.1\nroot: a *', 'a@1.0.0-rc.1'],
    ['* takes a prerelease that is latest', 'a 1.0.0\na 2.0.0-rc.1: tag latest\nroot: a *', 'a@2.0.0-rc.1'],
    ['a tag', 'a 1.0.0\na 2.0.0: tag next\nroot: a next', 'a@2.0.0'],
  ])('%s', (_, world, expected) => {
    expect(picksOf(world)).toBe(expected)
  })

  test('engines that do not allow the project come after deprecated ones', () => {
    const world = 'a 1.0.0\na 1.1.0: deprecated\na 1.2.0: engine >=22\nroot: a ^1'
    expect(picksOf(world, { nodeVersion: '20.0.0' })).toBe('a@1.0.0')
    expect(picksOf(world.replace('a 1.0.0\n', ''), { nodeVersion: '20.0.0' })).toBe('a@1.1.0')
    expect(picksOf(world)).toBe('a@1.2.0')
  })

  test('--resolution lowest takes the lowest sound one', () => {
    expect(picksOf('a 1.0.0: deprecated\na 1.1.0\na 1.2.0\nroot: a ^1', { direction: 'lowest' })).toBe('a@1.1.0')
  })
})

describe('release age', () => {
  const world = 'a 1.0.0: at 100\na 1.1.0: at 900\nb 1.0.0: at 900, local\nc 1.0.0\nroot: a ^1, b ^1, c ^1'

  test('keeps out what is too young, says so, and spares local versions and unknown dates', () => {
    const { resolution, heldBack } = resolvedOf(world, { cutoff: 500 })
    expect(picks(resolution)).toBe('a@1.0.0 b@1.0.0 c@1.0.0')
    expect(heldBack).toEqual([{ name: 'a', version: '1.1.0', publishedAt: 900, chosen: '1.0.0' }])
  })

  test('never moves what is locked', () => {
    const { resolution, settings } = resolvedOf(world)
    expect(picks(resolvedOf(world, { cutoff: 500, locked: resolution, lockedSettings: settings }).resolution)).toBe(
      'a@1.1.0 b@1.0.0 c@1.0.0',
    )
  })

  test('--before counts for local versions too', () => {
    expect(failureOf(world, { before: 500 })).toContain(
      'package.json asks for b ^1, whose only matching version 1.0.0 is younger than minimumReleaseAge allows',
    )
  })

  test('a tag on a version that is too young means the newest up to it', () => {
    expect(picksOf('a 1.0.0: at 100\na 2.0.0: at 900, tag next\nroot: a next', { cutoff: 500 })).toBe('a@1.0.0')
  })

  test('an exact version that is too young is an error', () => {
    expect(failureOf('a 1.0.0: at 900\nroot: a 1.0.0', { cutoff: 500 })).toBe(
      'VERSION_NOT_FOUND\nBecause package.json asks for a 1.0.0, whose only matching version 1.0.0 is younger than minimumReleaseAge allows, there is no resolution.',
    )
  })
})

describe('specifiers', () => {
  test('an alias is a folder, the target the package', () => {
    const { resolution } = resolvedOf('a 1.0.0\nroot: b npm:a@^1')
    expect(edge(resolution, '.', 'b')).toBe('a@1.0.0')
  })

  test('two aliases of one package may differ', () => {
    expect(picksOf('a 1.0.0\na 2.0.0\nroot: x npm:a@1, y npm:a@2')).toBe('a@1.0.0 a@2.0.0')
  })

  test('workspace: is a member', () => {
    const { resolution } = resolvedOf('root: lib workspace:^\nmember packages/lib 1.0.0')
    expect(edge(resolution, '.', 'lib')).toBe('workspace:packages/lib')
  })

  test('workspace: without such a member is an error', () => {
    expect(failureOf('root: lib workspace:^')).toBe(
      'MEMBER_NOT_FOUND\nBecause package.json asks for lib workspace:^, and no member of the workspace has that name, there is no resolution.',
    )
    expect(failureOf('root: lib workspace:^2\nmember packages/lib 1.0.0')).toContain('but the workspace has lib 1.0.0')
  })

  test('a plain range that a member satisfies is the member, another one the registry', () => {
    const world = 'lib 2.0.0\nroot: lib ^RANGE\nmember packages/lib 1.0.0'
    expect(edge(resolvedOf(world.replace('RANGE', '1')).resolution, '.', 'lib')).toBe('workspace:packages/lib')
    expect(edge(resolvedOf(world.replace('RANGE', '2')).resolution, '.', 'lib')).toBe('lib@2.0.0')
  })

  test('catalog: is what the catalog says, one slot for all members', () => {
    const world = 'a 1.0.0\na 1.1.0\nroot: a catalog:\nmember packages/x 1.0.0: a catalog:'
    const { resolution } = resolvedOf(world, { catalogs: { default: { a: '^1' } } })
    expect([edge(resolution, '.', 'a'), edge(resolution, 'packages/x', 'a')]).toEqual(['a@1.1.0', 'a@1.1.0'])
    expect(resolution.members[0]?.edges[0]?.specifier).toBe('^1')
    expect(() => resolvedOf(world)).toThrow('package.json asks for a from the catalog default, which has no such entry')
  })

  test('a path in a published package is an error that names it', () => {
    expect(failureOf('a 1.0.0: b file:../b\nroot: a ^1')).toBe(
      'SPECIFIER_UNSUPPORTED\nBecause package.json asks for a ^1, and a 1.0.0 depends on b file:../b, which means nothing outside the project of its author, there is no resolution.',
    )
  })
})

describe('overrides', () => {
  const world = 'a 1.0.0: c ^1\nb 1.0.0: c ^1\nc 1.0.0\nc 1.1.0\nc 2.0.0\n'

  test.each([
    ['npm: everywhere', 'override c 2.0.0', 'c@2.0.0', 'c@2.0.0'],
    ['pnpm: below one dependent', 'pnpm-override a>c 2.0.0', 'c@2.0.0', 'c@1.1.0'],
    ['pnpm: for one range', 'pnpm-override c@^1 1.0.0', 'c@1.0.0', 'c@1.0.0'],
    ['pnpm: for another range nothing', 'pnpm-override c@^2 2.0.0', 'c@1.1.0', 'c@1.1.0'],
    ['pnpm: - removes', 'pnpm-override b>c -', 'c@1.1.0', undefined],
    ['yarn: below one dependent', 'resolution a/c 2.0.0', 'c@2.0.0', 'c@1.1.0'],
    ['yarn: everywhere', 'resolution **/c 2.0.0', 'c@2.0.0', 'c@2.0.0'],
  ])('%s', (_, rule, ofA, ofB) => {
    const { resolution } = resolvedOf(`${world}root: a ^1, b ^1, ${rule}`)
    expect([edge(resolution, 'a@1.0.0', 'c'), edge(resolution, 'b@1.0.0', 'c')]).toEqual([ofA, ofB])
  })

  test('npm: anywhere below another package, however deep, and not beside it', () => {
    const { resolution } = resolvedOf(
      'top 1.0.0: mid ^1\nmid 1.0.0: low ^1\nlow 1.0.0\nlow 2.0.0\nother 1.0.0: low ^1\nroot: top ^1, other ^1, override top/low 2.0.0',
    )
    expect([edge(resolution, 'mid@1.0.0', 'low'), edge(resolution, 'other@1.0.0', 'low')]).toEqual([
      'low@2.0.0',
      'low@1.0.0',
    ])
  })

  test('$name repeats a direct dependency', () => {
    expect(picksOf(`${world}root: a ^1, c 1.0.0, override c $c`)).toBe('a@1.0.0 c@1.0.0')
  })

  test('a change of overrides is seen although everything is locked', () => {
    const { resolution } = relocked(`${world}root: a ^1`, `${world}root: a ^1, override c 2.0.0`)
    expect(picks(resolution)).toBe('a@1.0.0 c@2.0.0')
  })
})

describe('optional and bundled dependencies', () => {
  test.each([
    ['that do not exist', 'a 1.0.0: optional nope ^1\nroot: a ^1', 'a@1.0.0'],
    ['that no version matches', 'a 1.0.0: optional b ^2\nb 1.0.0\nroot: a ^1', 'a@1.0.0'],
    ['that cannot be resolved further down', 'a 1.0.0: optional b ^1\nb 1.0.0: nope ^1\nroot: a ^1', 'a@1.0.0'],
    ['of the project itself', 'root: optional nope ^1', ''],
    ['stay when they can be met', 'a 1.0.0: optional b ^1\nb 1.0.0\nroot: a ^1', 'a@1.0.0 b@1.0.0'],
  ])('optional ones %s', (_, world, expected) => {
    expect(picksOf(world)).toBe(expected)
  })

  test('bundled ones are neither resolved nor asked for', () => {
    expect(picksOf('a 1.0.0: inner ^1, bundle inner\nroot: a ^1')).toBe('a@1.0.0')
  })
})

describe('peers', () => {
  test('a peer that is added suits the optional peers that see it, however old that is', () => {
    const world = 'scripts 4.0.0: utils ^3, peer? ts ^3 || ^4\nutils 3.0.0: peer ts >=2\nts 4.9.5\nts 7.0.2\n'
    const { resolution, peerConflicts } = resolvedOf(`${world}root: scripts ^4`)
    expect(picks(resolution)).toBe('scripts@4.0.0 ts@4.9.5 utils@3.0.0')
    expect(peerConflicts).toEqual([])
    const asked = resolvedOf(`${world}root: scripts ^4, ts ^7`)
    expect(picks(asked.resolution)).toBe('scripts@4.0.0 ts@7.0.2 utils@3.0.0')
  })

  test('an optional peer binds when it is there and is not added when it is not', () => {
    const world = 'a 1.0.0: peer? b ^1\nb 1.0.0\n'
    expect(picksOf(`${world}root: a ^1`)).toBe('a@1.0.0')
    const { resolution } = resolvedOf(`${world}root: a ^1, b ^1`)
    expect([...(computeInstances(resolution).instances.values().next().value?.peers ?? [])]).toEqual([['b', 'b@1.0.0']])
  })

  test('the nearest provider counts', () => {
    const { resolution } = resolvedOf(
      'frame 1.0.0: plugin ^1, core ^1\nplugin 1.0.0: peer core *\ncore 1.0.0\ncore 2.0.0\nroot: frame ^1, core ^2',
    )
    const plugin = [...computeInstances(resolution).instances.values()].find((one) => one.package.name === 'plugin')
    expect(plugin?.peers.get('core')).toBe('core@1.0.0')
  })

  test('a dependent that is itself what is wanted provides it', () => {
    expect(picksOf('eslint 9.0.0: plugin ^1\nplugin 1.0.0: peer eslint ^9\nroot: eslint ^9')).toBe(
      'eslint@9.0.0 plugin@1.0.0',
    )
  })

  test('prereleases of allowed versions are allowed', () => {
    expect(
      resolvedOf('a 1.0.0: peer b ^1\nb 1.1.0-canary.1\nroot: a ^1, b 1.1.0-canary.1').resolution.peerConflicts,
    ).toEqual([])
  })

  test('an added peer gets the intersection of all ranges, after the project has chosen', () => {
    expect(picksOf('x 1.0.0: peer b *\ny 1.0.0: peer b ^7\nb 7.0.0\nb 8.0.0\nroot: x ^1, y ^1')).toBe(
      'b@7.0.0 x@1.0.0 y@1.0.0',
    )
    expect(picksOf('x 1.0.0: peer b *\nb 7.0.0\nb 8.0.0\nroot: x ^1, b ^7')).toBe('b@7.0.0 x@1.0.0')
  })

  test('the workspace root provides for members', () => {
    const { resolution } = resolvedOf(
      'a 1.0.0: peer b ^1\nb 1.0.0\nb 1.1.0\nroot: b 1.0.0\nmember packages/x 1.0.0: a ^1',
    )
    expect(picks(resolution)).toBe('a@1.0.0 b@1.0.0')
    expect(resolution.members[1]?.edges.map((one) => one.alias)).toEqual(['a'])
  })

  test('members that provide differently get instances of their own', () => {
    const { resolution } = resolvedOf(
      'dom 1.0.0: peer react *\nreact 17.0.0\nreact 18.0.0\nroot: dom ^1, react ^18\nmember packages/x 1.0.0: dom ^1, react ^17',
    )
    const ids = [...computeInstances(resolution).instances.keys()].map((id) => id.replace(/\+.*/, '+'))
    expect(ids).toEqual(['dom@1.0.0+', 'dom@1.0.0+', 'react@17.0.0', 'react@18.0.0'])
  })

  test('peers that see each other are bound, and named by content', () => {
    const world = 'a 1.0.0: peer b *\nb 1.0.0: peer a *\nroot: a ^1, b ^1'
    const graph = computeInstances(resolvedOf(world).resolution)
    const [a, b] = [...graph.instances.values()]
    expect([a?.peers.get('b'), b?.peers.get('a')]).toEqual([b?.id, a?.id])
  })

  test('without a lockfile a conflict is accepted; a later change that brings a new one is an error', () => {
    const before =
      'dom 1.0.0: peer react ^17\nother 1.0.0: peer react ^17\nreact 17.0.0\nreact 18.0.0\nroot: dom ^1, react ^18'
    expect(resolvedOf(before).peerConflicts.length).toBe(1)
    expect(relocked(before, before).peerConflicts).toEqual([])
    const { resolution, settings } = resolvedOf(before)
    const after = `${before}, other ^1`
    expect(failureOf(after, { locked: resolution, lockedSettings: settings })).toBe(
      [
        'PEER_CONFLICT',
        'Because package.json asks for other ^1 and react ^18, and other 1.0.0 wants its peer react to be ^17, other@1.0.0 gets react@18.0.0.',
        'Try: in package.json, ask for react ^17.0.0 instead of ^18',
      ].join('\n'),
    )
    expect(relocked(before, after, { peers: 'warn' }).peerConflicts.map((one) => one.package)).toEqual(['other@1.0.0'])
    expect(failureOf(before, { peers: 'error' })).toContain('PEER_CONFLICT')
  })

  test('an accepted conflict comes with what would help, and that helps', () => {
    const world = 'dom 1.0.0: peer react ^17\ndom 2.0.0: peer react ^18\nreact 17.0.0\nreact 18.0.0\n'
    const [conflict] = resolvedOf(`${world}root: dom ^1, react ^18`).peerConflicts
    expect(conflict?.explanation.suggestions.map((one) => one.text)).toEqual([
      'in package.json, ask for dom ^2.0.0 instead of ^1',
      'in package.json, ask for react ^17.0.0 instead of ^18',
    ])
    for (const { alias, from, to } of conflict?.explanation.suggestions ?? []) {
      const asked = { dom: '^1', react: '^18', [alias]: to }
      expect([
        from,
        resolvedOf(`${world}root: dom ${asked.dom}, react ${asked.react}`).resolution.peerConflicts,
      ]).toEqual([from, []])
    }
  })

  test('nothing sinks by more than a major, or to before its peer was declared, for the sake of a peer', () => {
    expect(picksOf('old 1.0.0: peer react ^15\nreact 15.0.0\nreact 18.0.0\nroot: old ^1, react *')).toBe(
      'old@1.0.0 react@18.0.0',
    )
    expect(picksOf('p 1.0.0\np 1.1.0: peer react ^17\nreact 18.0.0\nroot: p ^1, react ^18')).toBe(
      'p@1.1.0 react@18.0.0',
    )
  })
})

describe('locked versions', () => {
  const world = 'a 1.0.0: c ^1\na 1.1.0: c ^1\nb 1.0.0: c ^1\nc 1.0.0\n'

  test('stay, also when newer ones were published, and cost no document', () => {
    const { resolution, settings } = resolvedOf(`${world}root: a ^1, b ^1`)
    const newer = parseWorld(`${world}c 1.5.0\na 1.9.0\nroot: a ^1, b ^1`)
    const source = new WorldSource(newer)
    const outcome = settle(inputOf(newer, { locked: resolution, lockedSettings: settings }), source)
    expect(outcome.kind === 'resolved' && picks(outcome.resolution)).toBe('a@1.1.0 b@1.0.0 c@1.0.0')
    expect([...source.loaded]).toEqual([])
  })

  test('of one name only are forgotten by an update of that name', () => {
    const { resolution } = relocked(`${world}root: a ^1, b ^1`, `${world}c 1.5.0\na 1.9.0: c ^1\nroot: a ^1, b ^1`, {
      unlock: ['c'],
    })
    expect(picks(resolution)).toBe('a@1.1.0 b@1.0.0 c@1.5.0')
    expect(
      picks(
        relocked(`${world}root: a ^1, b ^1`, `${world}c 1.5.0\na 1.9.0: c ^1\nroot: a ^1, b ^1`, { unlock: 'all' })
          .resolution,
      ),
    ).toBe('a@1.9.0 b@1.0.0 c@1.5.0')
  })

  test('adding a package loads that and what is new below it', () => {
    const { resolution, settings } = resolvedOf(`${world}root: a ^1`)
    const more = parseWorld(`${world}n 1.0.0: c ^1, m ^1\nm 1.0.0\nc 1.5.0\nroot: a ^1, n ^1`)
    const source = new WorldSource(more)
    const outcome = settle(inputOf(more, { locked: resolution, lockedSettings: settings }), source)
    expect(outcome.kind === 'resolved' && picks(outcome.resolution)).toBe('a@1.1.0 c@1.0.0 m@1.0.0 n@1.0.0')
    expect([...source.loaded].sort()).toEqual(['m', 'n'])
  })

  test('two copies stay when both are locked, and dedupe makes one of them', () => {
    const first = 'a 1.0.0: c ^1.0.0\nb 1.0.0: c ~1.0.0\nc 1.0.5\nc 1.5.0\nroot: a ^1'
    const second = `${first}, b ^1`
    expect(picks(relocked(first, second).resolution)).toBe('a@1.0.0 b@1.0.0 c@1.0.5 c@1.5.0')
    expect(picks(relocked(first, second, { dedupe: true }).resolution)).toBe('a@1.0.0 b@1.0.0 c@1.0.5')
  })
})

describe('a registry with holes', () => {
  test('a version whose document cannot be used is passed over', () => {
    const world = parseWorld('a 1.0.0\na 1.1.0\nroot: a ^1')
    const source = new WorldSource(world)
    const real = source.packageVersions.bind(source)
    const broken = new Map<string, ReturnType<typeof real>>()
    source.packageVersions = (name) => {
      const found = real(name)
      if (found === undefined || found === 'missing') return found
      const known = broken.get(name)
      if (known !== undefined) return known
      const answer = {
        ...found,
        candidate: (version: never) => (version === '1.1.0' ? undefined : found.candidate(version)),
      }
      broken.set(name, answer)
      return answer
    }
    const outcome = settle(inputOf(world), source)
    expect(outcome.kind === 'resolved' && picks(outcome.resolution)).toBe('a@1.0.0')
  })

  test('a version that needs what does not exist is passed over when another will do', () => {
    expect(picksOf('a 1.0.0\na 1.1.0: nope ^1\nroot: a ^1')).toBe('a@1.0.0')
  })
})

describe('single mode', () => {
  const world = 'dom 19.0.0: peer react ^19.0.0\ndom 19.1.0: peer react ^19.1.0\nreact 18.0.0\nreact 19.1.0\n'

  test('a peer is as hard as a dependency: one version or an explanation', () => {
    expect(failureOf(`${world}root: react ^18, dom ^19`, { single: ['react'] })).toBe(
      `RESOLUTION_FAILED
Because package.json asks for dom ^19 and react ^18, and every version of dom in ^19 wants its peer react to be ^19.0.0 or ^19.1.0, there is no resolution.
Try: in package.json, ask for react ^19.1.0 instead of ^18`,
    )
    expect(picksOf(`${world}dom 18.0.0\nroot: react ^18, dom *`, { single: true })).toBe('dom@18.0.0 react@18.0.0')
  })

  test('ranges that differ from version to version are one clause', () => {
    const versions = Array.from({ length: 9 }, (_, minor) => `dom 19.${minor}.0: peer react ^19.${minor}.0`)
    expect(failureOf(`${versions.join('\n')}\nreact 18.0.0\nroot: react ^18, dom ^19`, { single: true })).toContain(
      'every version of dom in ^19 wants its peer react to be one of 9 ranges from ^19.0.0 to ^19.8.0, there is no',
    )
  })
})

describe('asking for what is not loaded', () => {
  test('takes as many rounds as the graph is deep', () => {
    const world = parseWorld('a 1.0.0: c ^1, d ^1\nb 1.0.0: d ^1\nc 1.0.0: e ^1\nd 1.0.0\ne 1.0.0\nroot: a ^1, b ^1')
    const source = new WorldSource(world)
    settle(inputOf(world), source)
    expect(source.rounds).toBe(3)
  })
})

describe('questions afterwards', () => {
  const world = 'a 1.0.0: c ~1.0.0\nb 1.0.0: c ^1\nc 1.0.0\nc 1.5.0\nroot: a ^1, b ^1'

  test('why: every path, and what decided the version', () => {
    const report = explainWhy(resolvedOf(world).resolution, 'c')
    expect(
      report.versions.map((one) => [
        one.id,
        one.paths.map((path) => path.map((step) => `${step.alias} ${step.specifier}`).join(' > ')),
      ]),
    ).toEqual([['c@1.0.0', ['a ^1 > c ~1.0.0', 'b ^1 > c ^1']]])
  })

  test.each([
    ['c', '1.5.0', ['a@1.0.0 asks for c ~1.0.0, which does not allow 1.5.0.']],
    ['c', '9.0.0', 'c has no version 9.0.0'],
    ['c', '1.0.0', 'c 1.0.0 is what the lockfile has'],
    ['x', '1.0.0', 'x is not in the registry'],
  ])('why not %s@%s', (name, version, expected) => {
    const text = world.replace('b 1.0.0: c ^1', 'b 1.0.0')
    const parsed = parseWorld(text)
    const source = new WorldSource(parsed)
    const { resolution: locked, settings: lockedSettings } = resolvedOf(text)
    for (let round = 0; round < 20; round++) {
      const outcome = whyNot(inputOf(parsed, { locked, lockedSettings }), source, {
        name: parsePackageName(name),
        version: parseVersion(version),
      })
      if (outcome.kind === 'needs') source.load(outcome.names)
      else {
        expect(outcome.kind === 'against' ? outcome.explanation.lines : outcome.reason).toEqual(expected)
        return
      }
    }
    throw new Error('it never answers')
  })

  test('outdated: what is there, what the range allows, what is latest, who holds it back', () => {
    const parsed = parseWorld('a 1.0.0: c ~1.0.0\nc 1.0.0\nc 1.5.0\nc 2.0.0\nroot: a ^1, c ^1')
    const source = new WorldSource(parsed)
    const outcome = settle(inputOf(parsed), source)
    if (outcome.kind !== 'resolved') throw new Error('it failed')
    expect(computeOutdated(inputOf(parsed), outcome.resolution, source)).toEqual({
      kind: 'rows',
      rows: [
        {
          member: '.',
          alias: 'c',
          name: 'c',
          kind: 'dependency',
          current: '1.0.0',
          wanted: '1.5.0',
          latest: '2.0.0',
          heldBy: [{ from: 'a@1.0.0', kind: 'dependency', alias: 'c', specifier: '~1.0.0' }],
        },
      ],
    })
  })
})
