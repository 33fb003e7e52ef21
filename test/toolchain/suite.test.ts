/** What a suite's run counts as. */
import { expect, test } from 'vitest'
import { countsOf } from './suite.mjs'

const file = (
  status: string,
  ...tests: readonly string[]
): { status: string; assertionResults: { status: string }[] } => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
})
const result = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [file('passed', 'passed', 'passed', 'passed', 'pending', 'todo')],
}

test('tests are counted one by one', () => {
  expect(countsOf(result, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 })
})

test('a file that could not be loaded is one failure', () => {
  expect(countsOf({ ...result, testResults: [...result.testResults, file('failed')] }, 1)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 2,
  })
})

test('a file with failed tests is as many failures as tests', () => {
  const testResults = [file('failed', 'failed', 'failed', 'passed')]
  expect(countsOf({ ...result, numFailedTests: 2, testResults }, 1)).toMatchObject({ failed: 2 })
})

test('an exit code that nothing explains is one failure: an error outside every test', () => {
  expect(countsOf(result, 1)).toMatchObject({ failed: 1 })
})

test('a vitest that ended without a result is one failure, whatever it exited with', () => {
  expect(countsOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
