/**
 * Text to lockfile, all of it or an error that names the line: half a lockfile would silently re-resolve the other half.
 * A hand-written scanner, because every install begins with it: nothing is copied that is not kept, and a line that occurred
 * before is not read again. Format: docs/formats/lockfile.md
 */
import {
  asIntegrity,
  asVersion,
  isPackageName,
  memberPathOf,
  packageIdOf,
  registryPackageId,
  userError,
} from '@alkahest/core'
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
import { Lines } from './lines.ts'
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

/** The words of indented lines, the most frequent first. */
const WORDS = [
  'dependency',
  'integrity',
  'engines',
  'peer',
  'bin',
  'optional',
  'development',
  'deprecated',
  'build',
  'os',
  'cpu',
  'libc',
  'bundled',
  'source',
  'tarball',
  'folder',
  'name',
  'found',
  'reason',
] as const

type Word = (typeof WORDS)[number]

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

class Reader {
  readonly #lines: Lines
  readonly #place: string

  readonly #settings: Record<string, string> = {}
  readonly #members = new Map<string, ResolvedMember>()
  readonly #packages = new Map<PackageId, ResolvedPackage>()
  readonly #conflicts: AcceptedPeerConflict[] = []
  /** Names that were checked: the same few thousand stand on every line. */
  readonly #names = new Set<string>()
  /** By the whole line: half of them occur more than once. */
  readonly #edges = new Map<string, ResolvedEdge>()

  constructor(text: string, place: string) {
    this.#lines = new Lines(text)
    this.#place = place
  }

  read(): Lockfile {
    this.#readHeader()
    while (this.#advance()) if (!this.#lines.isEmpty) this.#readParagraph()
    const lockfile = {
      resolution: {
        members: [...this.#members.values()],
        packages: [...this.#packages.values()],
        peerConflicts: this.#conflicts,
      },
      settings: this.#settings,
    }
    return this.#hasLostEdges() ? withoutLostEdges(lockfile) : lockfile
  }

  #hasLostEdges(): boolean {
    for (const { target } of this.#edges.values()) {
      if (target === undefined || this.#packages.has(target)) continue
      const path = memberPathOf(target)
      if (path === undefined || !this.#members.has(path)) return true
    }
    return false
  }

  #readHeader(): void {
    this.#advance()
    const line = this.#lines.from(0)
    if (line === HEADER) return
    const format = /^alkahest lockfile (\d+)$/.exec(line)?.[1]
    if (format === undefined) throw this.#invalid(`expected "${HEADER}"`)
    throw userError('LOCKFILE_TOO_NEW', `${this.#place} has format ${format}, and this alk reads format 1`, {
      hint: 'use the version of alk that wrote it, or a newer one',
    })
  }

  #readParagraph(): void {
    const { start } = this.#lines
    const space = this.#lines.spaceFrom(start)
    const rest = this.#lines.from(space + 1)
    if (this.#lines.isWordAt('package', start, space)) this.#readPackage(rest)
    else if (this.#lines.isWordAt('member', start, space)) this.#readMember(rest)
    else if (this.#lines.isWordAt('conflict', start, space)) this.#readConflict(rest)
    else if (this.#lines.isWordAt('setting', start, space)) this.#readSetting(rest)
    else if (space === start) throw this.#invalid('an indented line belongs under a member, package or conflict')
    else
      throw this.#invalid(
        `"${this.#lines.text.slice(start, Math.min(space, start + 40))}" is no member, package, conflict or setting`,
      )
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
    if (!this.#isName(name) || version === undefined) throw this.#invalid('expected "package NAME VERSION"')
    const { start } = this.#lines
    const facts = noFacts()
    let seen = 0
    const { edges, peers } = this.#readRelations((word, value) => {
      const bit = 1 << WORDS.indexOf(word)
      if ((seen & bit) !== 0 && FACTS.has(word)) throw this.#invalid(`"${word}" stands here for the second time`)
      seen |= bit
      return this.#readFact(facts, word, value)
    })
    const { folder } = facts
    const source: Source = facts.source.kind === 'git' ? { ...facts.source, folder } : facts.source
    const id = source.kind === 'registry' ? registryPackageId(name, version) : packageIdOf(name, version, source)
    if (this.#packages.has(id)) throw this.#invalid(`the package ${id} stands here for the second time`, start)
    const { integrity, tarball, engines, os, cpu, libc, bin, bundled, hasInstallScript, deprecated } = facts
    const more = { integrity, tarball, engines, os, cpu, libc, bin, bundled, hasInstallScript, deprecated }
    this.#packages.set(id, { id, name, version, source, ...more, edges, peers })
  }

  /** False: it is no fact. */
  #readFact(facts: Facts, word: Word, value: string): boolean {
    switch (word) {
      case 'build':
        if (value !== '') throw this.#invalid('expected "build" alone')
        facts.hasInstallScript = true
        return true
      case 'integrity':
        facts.integrity = readIntegrity(value)
        if (facts.integrity === undefined) throw this.#invalid('expected "integrity HASH"')
        return true
      case 'source':
        facts.source = this.#parseSource(value)
        return true
      case 'engines':
        facts.engines = { node: this.#text(value, 'engines RANGE') }
        return true
      case 'folder':
      case 'tarball':
      case 'deprecated':
        facts[word] = this.#text(value, `${word} TEXT`)
        return true
      case 'os':
      case 'cpu':
      case 'libc':
      case 'bin':
      case 'bundled':
        facts[word] = value.split(' ')
        if (!facts[word].every(isWord)) throw this.#invalid(`expected "${word} WORD ..."`)
        return true
      default:
        return false
    }
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
  #readRelations(other: (word: Word, value: string) => boolean): {
    edges: readonly ResolvedEdge[]
    peers: readonly PeerRequirement[]
  } {
    const lines = this.#lines
    const edges: ResolvedEdge[] = []
    const peers: PeerRequirement[] = []
    while (lines.advanceIndented()) {
      this.#checkLength()
      const start = lines.start + 2
      const space = lines.spaceFrom(start)
      const word = WORDS.find((one) => lines.isWordAt(one, start, space))
      if (word === 'dependency' || word === 'optional' || word === 'development' || word === 'peer') {
        this.#readRelation(word, space + 1, { edges, peers })
      } else if (word === undefined || !other(word, lines.from(space + 1))) {
        throw this.#invalid(`"${lines.text.slice(start, Math.min(space, start + 40))}" is no word of this paragraph`)
      }
    }
    return { edges, peers }
  }

  #readRelation(kind: EdgeKind, at: number, known: { edges: ResolvedEdge[]; peers: PeerRequirement[] }): void {
    const line = this.#lines.from(this.#lines.start)
    const before = this.#edges.get(line)
    const edge = before ?? this.#parseEdge(kind, this.#lines.from(at))
    if (edge === undefined && kind !== 'peer') throw this.#invalid(`expected "${kind} NAME SPECIFIER -> TARGET"`)
    if (edge === undefined) {
      const peer = this.#parsePeer(this.#lines.from(at))
      if (!isAfter(peer.name, known.peers.at(-1)?.name))
        this.#refuseTwice(
          peer.name,
          known.peers.map(({ name }) => name),
        )
      known.peers.push(peer)
      return
    }
    if (before === undefined) this.#edges.set(line, edge)
    if (!isAfter(edge.alias, known.edges.at(-1)?.alias)) {
      this.#refuseTwice(
        edge.alias,
        known.edges.map(({ alias }) => alias),
      )
    }
    known.edges.push(edge)
  }

  #refuseTwice(name: string, known: readonly string[]): void {
    if (known.includes(name)) throw this.#invalid(`${name} stands in this paragraph for the second time`)
  }

  /** Undefined: there is no arrow in it. */
  #parseEdge(kind: EdgeKind, value: string): ResolvedEdge | undefined {
    const arrow = value.lastIndexOf(' -> ')
    if (arrow < 0) return undefined
    const space = value.indexOf(' ')
    const alias = value.slice(0, space)
    const specifier = space < arrow ? parseText(value.slice(space + 1, arrow)) : undefined
    const target = parseText(value.slice(arrow + 4))
    if (!this.#isName(alias) || specifier === undefined || target === undefined) {
      throw this.#invalid(`expected "${kind} NAME SPECIFIER -> TARGET"`)
    }
    if (target === 'none') return { alias, kind, specifier, target: undefined }
    const isId = target.indexOf('@', 1) > 0 || target.startsWith('workspace:')
    return { alias, kind, specifier, target: (isId ? target : `${alias}@${target}`) as PackageId }
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
    if (!isPackageName(text)) return false
    this.#names.add(text)
    return true
  }

  #text(field: string, expected: string): string {
    const text = parseText(field)
    if (text === undefined) throw this.#invalid(`expected "${expected}"`)
    return text
  }

  #advance(): boolean {
    const isThere = this.#lines.advance()
    if (isThere) this.#checkLength()
    return isThere
  }

  #checkLength(): void {
    if (this.#lines.end - this.#lines.start <= LINE_LENGTH_MAX) return
    throw this.#invalid(`the line is over ${LINE_LENGTH_MAX} characters`)
  }

  /** `start` is where the line begins; the default is the one that was read last. */
  #invalid(reason: string, start: number = this.#lines.start): Error {
    return userError('LOCKFILE_INVALID', `${this.#place}:${this.#lines.numberAt(start)}: ${reason}`, {
      hint: 'take it from version control again; if two branches changed it, keep the conflict markers and run `alk install`',
    })
  }
}

/** Each of these stands in a paragraph once. */
const FACTS: ReadonlySet<Word> = new Set(
  WORDS.filter((word) => !['dependency', 'optional', 'development', 'peer', 'name', 'found', 'reason'].includes(word)),
)

const REGISTRY: Source = { kind: 'registry' }
const NO_ENGINES: Readonly<Record<string, string>> = {}
const NO_WORDS: readonly string[] = []

/** What a paragraph says that says nothing; shared, because nobody writes into what was read. */
function noFacts(): Facts {
  return {
    source: REGISTRY,
    folder: undefined,
    integrity: undefined,
    tarball: undefined,
    engines: NO_ENGINES,
    os: NO_WORDS,
    cpu: NO_WORDS,
    libc: NO_WORDS,
    bin: NO_WORDS,
    bundled: NO_WORDS,
    hasInstallScript: false,
    deprecated: undefined,
  }
}

/** Lists are written sorted: what comes behind its predecessor was not there before. */
function isAfter(name: string, previous: string | undefined): boolean {
  return previous === undefined || name > previous
}

/** Nearly every version has this form; the exact reader is slow. */
function readVersion(text: string): Version | undefined {
  if (/^(?:0|[1-9]\d{0,9})\.(?:0|[1-9]\d{0,9})\.(?:0|[1-9]\d{0,9})$/.test(text)) return text as Version
  return asVersion(text) === text ? (text as Version) : undefined
}

const SHA512 = 'sha512-'
const SHA512_LENGTH = SHA512.length + 88

/** Nearly every integrity is a sha512: 86 digits and two signs of equality. The exact reader is slow. */
function readIntegrity(text: string): Integrity | undefined {
  const isPlain = text.length === SHA512_LENGTH && text.startsWith(SHA512) && text.endsWith('==')
  if (isPlain && isBase64(text, SHA512.length, SHA512_LENGTH - 2)) return text as Integrity
  return asIntegrity(text) === text ? (text as Integrity) : undefined
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const isDigit = Uint8Array.from({ length: 128 }, (_, code) => Number(DIGITS.includes(String.fromCharCode(code))))

function isBase64(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (isDigit[text.charCodeAt(index)] !== 1) return false
  return true
}
