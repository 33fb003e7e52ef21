/**
 * Text to lockfile, all of it or an error that names the line: half a lockfile would silently re-resolve the other half.
 * A hand-written reader of lines, because every install begins with it. Format: docs/formats/lockfile.md
 */
import { asIntegrity, asVersion, isPackageName, packageIdOf, userError } from '@alkahest/core'
import type {
  AcceptedPeerConflict,
  EdgeKind,
  Integrity,
  PackageId,
  PackageName,
  PeerRequirement,
  ResolvedEdge,
  ResolvedMember,
  ResolvedPackage,
  Source,
  Version,
} from '@alkahest/core'
import { HEADER } from './header.ts'
import type { Lockfile } from './lockfile.ts'
import { hasMarkers, mergeSides, sidesOf, withoutLostEdges } from './merge-sides.ts'
import { isWord, parseText } from './text.ts'

/** About 300,000 packages; anything larger is a mistake or an attack. */
const LENGTH_MAX = 64 * 1024 * 1024
const LINE_LENGTH_MAX = 16 * 1024

/** `place` names the file in errors. Throws `LOCKFILE_INVALID` and `LOCKFILE_TOO_NEW`. */
export function parseLockfile(text: string, place: string): Lockfile {
  if (text.length > LENGTH_MAX) throw userError('LOCKFILE_INVALID', `${place} is over ${LENGTH_MAX} characters`)
  if (!hasMarkers(text)) return new Reader(text, place).read()
  const [ours, theirs] = sidesOf(text, place)
  return mergeSides(new Reader(ours, place).read(), new Reader(theirs, place).read())
}

const edgeKinds: ReadonlySet<string> = new Set<EdgeKind>(['dependency', 'development', 'optional', 'peer'])

type Facts = {
  source: Source
  folder: string | undefined
  integrity: Integrity | undefined
  tarball: string | undefined
  engines: Readonly<Record<string, string>>
  os: readonly string[]
  cpu: readonly string[]
  libc: readonly string[]
  bin: readonly string[]
  bundled: readonly string[]
  hasInstallScript: boolean
  deprecated: string | undefined
}

/** Nearly every name; what the exact check also forbids (`node_modules`) has no dash and no scope of this form. */
const PLAIN_NAME = /^(?:@[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*|[a-z0-9]+(?:-[a-z0-9]+)+)$/
const PLAIN_NAME_LENGTH_MAX = 200

class Reader {
  readonly #lines: readonly string[]
  readonly #place: string
  #index = 0

  readonly #settings: Record<string, string> = {}
  readonly #members = new Map<string, ResolvedMember>()
  readonly #packages = new Map<PackageId, ResolvedPackage>()
  readonly #conflicts: AcceptedPeerConflict[] = []
  /** Names that were checked: the same few thousand stand on every line. */
  readonly #names = new Set<string>()

  constructor(text: string, place: string) {
    this.#lines = text.split('\n')
    this.#place = place
  }

  read(): Lockfile {
    this.#readHeader()
    for (;;) {
      const line = this.#next()
      if (line === undefined) break
      if (line !== '') this.#readParagraph(line)
    }
    return withoutLostEdges({
      resolution: {
        members: [...this.#members.values()],
        packages: [...this.#packages.values()],
        peerConflicts: this.#conflicts,
      },
      settings: this.#settings,
    })
  }

  #readHeader(): void {
    const line = this.#next() ?? ''
    if (line === HEADER) return
    const format = /^alkahest lockfile (\d+)$/.exec(line)?.[1]
    if (format === undefined) throw this.#invalid(`expected "${HEADER}"`)
    throw userError('LOCKFILE_TOO_NEW', `${this.#place} has format ${format}, and this alk reads format 1`, {
      hint: 'use the version of alk that wrote it, or a newer one',
    })
  }

  #readParagraph(line: string): void {
    const space = line.indexOf(' ')
    const word = space < 0 ? line : line.slice(0, space)
    const rest = space < 0 ? '' : line.slice(space + 1)
    if (word === 'package') this.#readPackage(rest)
    else if (word === 'member') this.#readMember(rest)
    else if (word === 'conflict') this.#readConflict(rest)
    else if (word === 'setting') this.#readSetting(rest)
    else if (line.startsWith(' ')) throw this.#invalid('an indented line belongs under a member, package or conflict')
    else throw this.#invalid(`"${word.slice(0, 40)}" is no member, package, conflict or setting`)
  }

  #readSetting(rest: string): void {
    const match = /^("(?:[^"\\]|\\.)*"|[^ ]+) (.*)$/.exec(rest)
    const key = match?.[1] === undefined ? undefined : parseText(match[1])
    const value = match?.[2] === undefined ? undefined : parseText(match[2])
    if (key === undefined || value === undefined || key === '__proto__')
      throw this.#invalid('expected "setting KEY TEXT"')
    if (key in this.#settings) throw this.#invalid(`the setting ${key} stands here for the second time`)
    this.#settings[key] = value
  }

  #readMember(rest: string): void {
    const path = parseText(rest)
    if (path === undefined) throw this.#invalid('expected "member PATH"')
    if (this.#members.has(path)) throw this.#invalid(`the member ${path} stands here for the second time`)
    let name: PackageName | undefined
    const relations = this.#readRelations((word, value) => {
      if (word !== 'name') return false
      if (!this.#isName(value)) throw this.#invalid('expected "name NAME"')
      name = value
      return true
    })
    this.#members.set(path, { path, name, version: undefined, ...relations })
  }

  #readPackage(rest: string): void {
    const space = rest.lastIndexOf(' ')
    const name = rest.slice(0, space)
    const version = readVersion(rest.slice(space + 1))
    if (!this.#isName(name) || version === undefined || version !== rest.slice(space + 1)) {
      throw this.#invalid('expected "package NAME VERSION"')
    }
    const line = this.#index
    const facts: Facts = {
      source: { kind: 'registry' },
      folder: undefined,
      integrity: undefined,
      tarball: undefined,
      engines: {},
      os: [],
      cpu: [],
      libc: [],
      bin: [],
      bundled: [],
      hasInstallScript: false,
      deprecated: undefined,
    }
    const seen = new Set<string>()
    const relations = this.#readRelations((word, value) => this.#readFact({ facts, seen }, word, value))
    const { folder, ...fields } = facts
    const source: Source = facts.source.kind === 'git' ? { ...facts.source, folder } : facts.source
    const id = packageIdOf(name, version, source)
    if (this.#packages.has(id)) throw this.#invalid(`the package ${id} stands here for the second time`, line)
    this.#packages.set(id, { ...fields, id, name, version, source, ...relations })
  }

  #readFact({ facts, seen }: { facts: Facts; seen: Set<string> }, word: string, value: string): boolean {
    if (!factWords.has(word)) return false
    if (seen.has(word)) throw this.#invalid(`"${word}" stands here for the second time`)
    seen.add(word)
    switch (word) {
      case 'build':
        if (value !== '') throw this.#invalid('expected "build" alone')
        facts.hasInstallScript = true
        break
      case 'integrity':
        facts.integrity = readIntegrity(value)
        if (facts.integrity === undefined) throw this.#invalid('expected "integrity HASH"')
        break
      case 'source':
        facts.source = this.#parseSource(value)
        break
      case 'engines':
        facts.engines = { node: this.#text(value, 'engines RANGE') }
        break
      case 'folder':
      case 'tarball':
      case 'deprecated':
        facts[word] = this.#text(value, `${word} TEXT`)
        break
      case 'os':
      case 'cpu':
      case 'libc':
      case 'bin':
      case 'bundled':
        facts[word] = value.split(' ')
        if (!facts[word].every(isWord)) throw this.#invalid(`expected "${word} WORD ..."`)
        break
    }
    return true
  }

  #parseSource(value: string): Source {
    const space = value.indexOf(' ')
    const kind = value.slice(0, space)
    const text = this.#text(value.slice(space + 1), 'source KIND TEXT')
    if (kind === 'tarball') return { kind, url: text }
    if (kind === 'file' || kind === 'directory') return { kind, path: text }
    const hash = text.lastIndexOf('#')
    if (kind === 'git' && hash > 0)
      return { kind, url: text.slice(0, hash), commit: text.slice(hash + 1), folder: undefined }
    throw this.#invalid('expected "source tarball|file|directory|git TEXT"')
  }

  /** The indented lines: edges and peers here, everything else by `other`, which says whether it knew the word. */
  #readRelations(other: (word: string, value: string) => boolean): {
    edges: readonly ResolvedEdge[]
    peers: readonly PeerRequirement[]
  } {
    const edges = new Map<string, ResolvedEdge>()
    const peers = new Map<string, PeerRequirement>()
    for (let line = this.#peek(); line !== undefined && line.startsWith('  '); line = this.#peek()) {
      this.#index++
      const space = line.indexOf(' ', 2)
      const word = space < 0 ? line.slice(2) : line.slice(2, space)
      const value = space < 0 ? '' : line.slice(space + 1)
      if (edgeKinds.has(word)) {
        const arrow = value.lastIndexOf(' -> ')
        if (arrow >= 0) this.#addOnce(edges, this.#parseEdge(word as EdgeKind, value, arrow))
        else if (word === 'peer') this.#addOnce(peers, this.#parsePeer(value))
        else throw this.#invalid(`expected "${word} NAME SPECIFIER -> TARGET"`)
      } else if (!other(word, value)) {
        throw this.#invalid(`"${word.slice(0, 40)}" is no word of this paragraph`)
      }
    }
    return { edges: [...edges.values()], peers: [...peers.values()] }
  }

  #addOnce<Relation extends { readonly alias: string } | { readonly name: string }>(
    known: Map<string, Relation>,
    relation: Relation,
  ): void {
    const key = 'alias' in relation ? relation.alias : relation.name
    if (known.has(key)) throw this.#invalid(`${key} stands in this paragraph for the second time`)
    known.set(key, relation)
  }

  #parseEdge(kind: EdgeKind, value: string, arrow: number): ResolvedEdge {
    const space = value.indexOf(' ')
    const alias = value.slice(0, space)
    const specifier = space < arrow ? parseText(value.slice(space + 1, arrow)) : undefined
    const target = parseText(value.slice(arrow + 4))
    if (!this.#isName(alias) || specifier === undefined || target === undefined) {
      throw this.#invalid(`expected "${kind} NAME SPECIFIER -> TARGET"`)
    }
    if (target === 'none') return { alias, kind, specifier, target: undefined }
    const isId = target.indexOf('@', 1) > 0 || target.startsWith('workspace:')
    const id = (isId ? target : `${alias}@${target}`) as PackageId
    return { alias, kind, specifier, target: id }
  }

  #parsePeer(value: string): PeerRequirement {
    const space = value.indexOf(' ')
    const name = value.slice(0, space)
    const optional = value.endsWith(' optional')
    const range = parseText(optional ? value.slice(space + 1, -' optional'.length) : value.slice(space + 1))
    if (!this.#isName(name) || range === undefined) throw this.#invalid('expected "peer NAME RANGE"')
    return { name, range, optional }
  }

  #readConflict(rest: string): void {
    const id = this.#text(rest, 'conflict PACKAGE') as PackageId
    let found: PackageId | undefined
    let reason: string | undefined
    const { peers } = this.#readRelations((word, value) => {
      if (word === 'found') found = this.#text(value, 'found PACKAGE') as PackageId
      else if (word === 'reason') reason = this.#text(value, 'reason TEXT')
      return word === 'found' || word === 'reason'
    })
    const [peer] = peers
    if (peer === undefined || reason === undefined) throw this.#invalid('a conflict needs a peer and a reason')
    this.#conflicts.push({ package: id, peer: peer.name, range: peer.range, found, reason })
  }

  #isName(text: string): text is PackageName {
    if (this.#names.has(text)) return true
    const isPlain = text.length < PLAIN_NAME_LENGTH_MAX && PLAIN_NAME.test(text)
    if (!isPlain && !isPackageName(text)) return false
    this.#names.add(text)
    return true
  }

  #text(field: string, expected: string): string {
    const text = parseText(field)
    if (text === undefined) throw this.#invalid(`expected "${expected}"`)
    return text
  }

  #peek(): string | undefined {
    const line = this.#lines[this.#index]
    if (line === undefined) return undefined
    if (line.length > LINE_LENGTH_MAX) {
      this.#index++
      throw this.#invalid(`the line is over ${LINE_LENGTH_MAX} characters`)
    }
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }

  #next(): string | undefined {
    const line = this.#peek()
    if (line !== undefined) this.#index++
    return line
  }

  /** `line` counts from 1; the default is the line that was read last. */
  #invalid(reason: string, line: number = this.#index): Error {
    return userError('LOCKFILE_INVALID', `${this.#place}:${line}: ${reason}`, {
      hint: 'take it from version control again; if two branches changed it, keep the conflict markers and run `alk install`',
    })
  }
}

const factWords: ReadonlySet<string> = new Set([
  'source',
  'folder',
  'integrity',
  'tarball',
  'engines',
  'os',
  'cpu',
  'libc',
  'bin',
  'build',
  'deprecated',
  'bundled',
])

/** Nearly every version and integrity has one of these forms; the exact readers are slow. */
function readVersion(text: string): Version | undefined {
  if (/^(?:0|[1-9]\d{0,9})\.(?:0|[1-9]\d{0,9})\.(?:0|[1-9]\d{0,9})$/.test(text)) return text as Version
  return asVersion(text) === text ? (text as Version) : undefined
}

function readIntegrity(text: string): Integrity | undefined {
  if (/^sha512-[A-Za-z0-9+/]{86}==$/.test(text)) return text as Integrity
  return asIntegrity(text) === text ? (text as Integrity) : undefined
}
