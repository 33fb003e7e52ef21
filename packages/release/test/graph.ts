/** Graphs in a few words: members are paths, packages `name@version`; dependencies are ids. */
import type { EdgeKind, Instance, InstanceGraph, InstanceId, MemberInstance } from '@alkahest/core'

type Words = {
  readonly dependency?: readonly string[]
  readonly development?: readonly string[]
  readonly optional?: readonly string[]
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
}

export function graphOf(world: Readonly<Record<string, Words>>): InstanceGraph {
  const members: MemberInstance[] = []
  const instances = new Map<InstanceId, Instance>()
  const optional = new Set(Object.values(world).flatMap((words) => words.optional ?? []))
  for (const [id, words] of Object.entries(world)) {
    if (isPackage(id)) instances.set(id as InstanceId, instanceOf(id, words, optional.has(id)))
    else members.push(memberOf(id, words))
  }
  return { members, instances }
}

function isPackage(id: string): boolean {
  return id.lastIndexOf('@') > 0
}

function memberOf(path: string, words: Words): MemberInstance {
  const edges = (['dependency', 'development', 'optional'] as const).flatMap((kind: EdgeKind & keyof Words) =>
    (words[kind] ?? []).map((target) => ({ alias: nameOf(target), kind, target: target as InstanceId })),
  )
  return {
    id: `workspace:${path}` as InstanceId,
    path,
    name: nameOf(path) as never,
    version: '1.0.0' as never,
    dependencies: edges.toSorted((left, right) => (left.alias < right.alias ? -1 : 1)),
  }
}

function instanceOf(id: string, words: Words, optional: boolean): Instance {
  const { os = [], cpu = [], libc = [] } = words
  const dependencies = [...(words.dependency ?? []), ...(words.optional ?? [])]
  return {
    id: id as InstanceId,
    package: {
      id: id as never,
      name: nameOf(id) as never,
      version: id.slice(id.lastIndexOf('@') + 1) as never,
      source: { kind: 'registry' },
      integrity: undefined,
      tarball: undefined,
      engines: {},
      bin: [],
      hasInstallScript: false,
      deprecated: undefined,
      bundled: [],
      edges: [],
      peers: [],
      os,
      cpu,
      libc,
    },
    dependencies: new Map(dependencies.map((target) => [nameOf(target), target as InstanceId])),
    peers: new Map(),
    optional,
    development: false,
  }
}

/** `@a/b` of `@a/b@1.0.0`, `log` of `workspace:packages/log`. */
function nameOf(id: string): string {
  return isPackage(id) ? id.slice(0, id.lastIndexOf('@')) : (id.split(/[/:]/).at(-1) ?? id)
}
