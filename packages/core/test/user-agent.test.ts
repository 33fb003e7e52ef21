import { expect, test } from 'vitest'
import { userAgent } from '../src/index.ts'

test('the client names itself as registries read it of npm', () => {
  expect(userAgent('0.1.0')).toMatch(/^alkahest\/0\.1\.0 node\/v\d+\.\d+\.\d+ \w+ \w+$/)
})
