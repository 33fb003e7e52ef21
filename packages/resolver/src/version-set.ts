/**
 * A set over one domain of values `0 .. size-1`, as bits. The last value of every domain means *absent*, so that "not in
 * the set" and "not there at all" are both plain sets and the engine needs no negative terms (docs/internals/resolver.md).
 * Immutable: every operation makes a new set.
 */
import { invariant } from '@alkahest/core'

export type VersionSet = {
  readonly size: number
  /** 32 values each, as signed numbers; bits beyond the domain are zero. An array, because typed ones of one word are dear. */
  readonly words: readonly number[]
}

export function emptySet(size: number): VersionSet {
  return { size, words: zeros(size) }
}

export function fullSet(size: number): VersionSet {
  return complement(emptySet(size))
}

export function setOf(size: number, values: Iterable<number>): VersionSet {
  const words = zeros(size)
  for (const value of values) put(words, size, value)
  return { size, words }
}

export function singleton(size: number, value: number): VersionSet {
  const words = zeros(size)
  put(words, size, value)
  return { size, words }
}

export function complement(set: VersionSet): VersionSet {
  const words = set.words.map((bits) => ~bits)
  trim(words, set.size)
  return { size: set.size, words }
}

export function intersect(left: VersionSet, right: VersionSet): VersionSet {
  return { size: left.size, words: left.words.map((bits, index) => bits & word(right.words, index)) }
}

export function union(left: VersionSet, right: VersionSet): VersionSet {
  return { size: left.size, words: left.words.map((bits, index) => bits | word(right.words, index)) }
}

export function has(set: VersionSet, value: number): boolean {
  return (word(set.words, value >>> 5) & (1 << (value & 31))) !== 0
}

export function isEmpty(set: VersionSet): boolean {
  return set.words.every((bits) => bits === 0)
}

export function isFull(set: VersionSet): boolean {
  return countOf(set) === set.size
}

export function isSubset(inner: VersionSet, outer: VersionSet): boolean {
  for (let index = 0; index < inner.words.length; index++) {
    if ((word(inner.words, index) & ~word(outer.words, index)) !== 0) return false
  }
  return true
}

export function areDisjoint(left: VersionSet, right: VersionSet): boolean {
  for (let index = 0; index < left.words.length; index++) {
    if ((word(left.words, index) & word(right.words, index)) !== 0) return false
  }
  return true
}

export function areEqual(left: VersionSet, right: VersionSet): boolean {
  return left.words.every((bits, index) => bits === right.words[index])
}

export function countOf(set: VersionSet): number {
  let count = 0
  for (let bits of set.words) {
    for (; bits !== 0; bits &= bits - 1) count++
  }
  return count
}

/** Ascending. */
export function valuesOf(set: VersionSet): number[] {
  const values: number[] = []
  for (let index = 0; index < set.words.length; index++) {
    for (let bits = word(set.words, index); bits !== 0; bits &= bits - 1) {
      values.push((index << 5) + (31 - Math.clz32(bits & -bits)))
    }
  }
  return values
}

function zeros(size: number): number[] {
  const words = [0]
  while (words.length << 5 < size) words.push(0)
  return words
}

function put(words: number[], size: number, value: number): void {
  invariant(value >= 0 && value < size, 'a value of a set lies in its domain')
  words[value >>> 5] = word(words, value >>> 5) | (1 << (value & 31))
}

function word(words: readonly number[], index: number): number {
  return words[index] ?? 0
}

/** Bits beyond the domain stay zero, so that sets compare word by word. */
function trim(words: number[], size: number): void {
  const rest = size & 31
  if (rest !== 0 && words.length > 0) words[words.length - 1] = word(words, words.length - 1) & ((1 << rest) - 1)
}
