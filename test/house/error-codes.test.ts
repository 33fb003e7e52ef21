/** Codes, their page and their golden texts are one set; each code is thrown somewhere and tested somewhere. */
import { errorCodes } from '@alkahest/core'
import { expect, test } from 'vitest'
import { ERRORS_PAGE, codesOnPage } from './errors-page.ts'
import { listFiles, readText } from './workspace.ts'

const codes = Object.keys(errorCodes)

test('the codes stand in alphabetical order', () => {
  expect(codes).toEqual(codes.toSorted())
})

test('a code is words in capitals, and says what happened and what to do in sentences', () => {
  const wrong = Object.entries(errorCodes).flatMap(([code, { meaning, next }]) => [
    ...(/^[A-Z]+(_[A-Z0-9]+)*$/.test(code) ? [] : [`${code} is not written in CAPITAL_WORDS`]),
    ...(meaning.endsWith('.') ? [] : [`${code}: its meaning is not a sentence`]),
    ...(next.endsWith('.') ? [] : [`${code}: its next step is not a sentence`]),
  ])
  expect(wrong).toEqual([])
})

test('every code is used by the code that it describes', () => {
  const sources = listFiles('{packages,apps}/*/src/**/*.ts')
    .filter((file) => !file.endsWith('/error-codes.ts'))
    .map(readText)
    .join('\n')
  const unused = codes.filter((code) => !sources.includes(`'${code}'`))
  expect(unused.map((code) => `${code} is thrown nowhere: remove it from packages/core/src/error-codes.ts`)).toEqual([])
})

test('the page describes exactly the codes', () => {
  expect(codesOnPage(readText(ERRORS_PAGE))).toEqual(codes.toSorted())
})

test('every code has a golden text, made by a test that causes it, and there is no other golden', () => {
  const goldens = listFiles('test/goldens/errors/*.txt').map((file) => file.replace(/^.*\/|\.txt$/g, ''))
  const missing = codes.filter((code) => !goldens.includes(code))
  const left = goldens.filter((code) => !codes.includes(code))
  expect({ missing, left }, 'a test calls expectErrorGolden (packages/test-support) where it causes the error').toEqual(
    {
      missing: [],
      left: [],
    },
  )
})

test('a golden holds the code that it is named for', () => {
  const wrong = listFiles('test/goldens/errors/*.txt').filter(
    (file) => !readText(file).startsWith(`error ${file.replace(/^.*\/|\.txt$/g, '')} `),
  )
  expect(wrong.map((file) => `${file} does not begin with "error CODE "`)).toEqual([])
})
