import { tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { killWhilePublishingHex } from '../e2e/hex-kills.ts'

test('20 kills under concurrent publishes: every acknowledged version is whole', { timeout: 180_000 }, async () => {
  await using tree = await tempTree()
  const report = await killWhilePublishingHex({ folder: tree.path, kills: 20, seed: 20_261_122 })
  expect(report.broken).toEqual([])
  expect(report.acknowledged).toBeGreaterThan(0)
})
