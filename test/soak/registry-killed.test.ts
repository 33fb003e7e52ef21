import { tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { killWhilePublishing } from '../e2e/registry-kills.ts'

test('300 kills under concurrent publishes: every acknowledged version is whole', async () => {
  await using tree = await tempTree()
  const report = await killWhilePublishing({ folder: tree.path, kills: 300, seed: 42 })
  expect(report.broken).toEqual([])
  expect(report.acknowledged).toBeGreaterThan(300)
})
