import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { userError } from '@alkahest/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { expectErrorGolden, formatUserError } from '../src/error-goldens.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'alkahest-goldens-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true })
})

const error = userError('RANGE_INVALID', 'x >>1 in <folder>/a is no range', { hint: 'write >1' })

test('an error with a hint reads as on the terminal', () => {
  expect(formatUserError(error)).toBe('error RANGE_INVALID x >>1 in <folder>/a is no range\n\nhint: write >1\n')
})

test('the golden is compared after what differs from run to run was replaced', () => {
  writeFileSync(path.join(directory, 'RANGE_INVALID.txt'), 'error RANGE_INVALID in <project> and <inner>\n')
  const text = 'error RANGE_INVALID in /a/b and /a/b/c\n'
  expectErrorGolden('RANGE_INVALID', text, { directory, replace: { '<project>': '/a/b', '<inner>': '/a/b/c' } })
})

test('another text is a difference', () => {
  writeFileSync(path.join(directory, 'RANGE_INVALID.txt'), 'error RANGE_INVALID something else\n')
  expect(() => expectErrorGolden('RANGE_INVALID', error, { directory })).toThrow(
    'RANGE_INVALID reads differently now; if better, ALKAHEST_WRITE_GOLDENS=1 writes it',
  )
})

test('no golden is a failure, and nothing is written', () => {
  expect(() => expectErrorGolden('RANGE_INVALID', error, { directory })).toThrow(
    'there is no golden for RANGE_INVALID; ALKAHEST_WRITE_GOLDENS=1 writes it',
  )
  expect(readdirSync(directory)).toEqual([])
})

test('ALKAHEST_WRITE_GOLDENS=1 writes it, and then it is equal', () => {
  vi.stubEnv('ALKAHEST_WRITE_GOLDENS', '1')
  expectErrorGolden('RANGE_INVALID', error, { directory })
  vi.unstubAllEnvs()
  expectErrorGolden('RANGE_INVALID', formatUserError(error), { directory })
})

test('another code, or something that is no error of ours, is refused even when writing', () => {
  vi.stubEnv('ALKAHEST_WRITE_GOLDENS', '1')
  expect(() => expectErrorGolden('JSON_INVALID', error, { directory })).toThrow('this is not an error JSON_INVALID')
  expect(() => expectErrorGolden('JSON_INVALID', new Error('x'), { directory })).toThrow('neither text nor a UserError')
  expect(readdirSync(directory)).toEqual([])
})
