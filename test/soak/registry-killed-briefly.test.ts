import { tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { killWhilePublishing } from '../e2e/registry-kills.ts'

test('20 kills under concurrent publishes: every acknowledged version is whole', { timeout: 180_000 }, async () => {
  await using tree = await tempTree()
  const report = await killWhilePublishing({ folder: tree.path, kills: 20, seed: 20_261_122 })
  expect(report.broken).toEqual([])
  expect(report.acknowledged).toBeGreaterThan(0)
})
