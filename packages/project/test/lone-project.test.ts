import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { findProject, loneProjectRoot } from '../src/index.ts'
import { folder } from './folder.ts'

describe('loneProjectRoot', () => {
  it('is the root that findProject finds, when no folder above could be a workspace', async () => {
    const root = await folder({ 'app/package.json': '{}', 'app/src/deep/x.ts': '' })
    for (const place of ['app', 'app/src/deep']) {
      expect(loneProjectRoot(join(root, place))).toBe(join(root, 'app'))
      expect((await findProject(join(root, place))).root).toBe(join(root, 'app'))
    }
  })

  it('does not decide when there is a package.json above, or none at all', async () => {
    const root = await folder({
      'package.json': '{"workspaces":["a"]}',
      'a/package.json': '{}',
      'b/package.json': '{}',
    })
    expect(loneProjectRoot(join(root, 'a'))).toBe(undefined)
    expect(loneProjectRoot(join(root, 'b'))).toBe(undefined)
    expect(loneProjectRoot(root)).toBe(root)
    expect(loneProjectRoot(await folder({ 'x.ts': '' }))).toBe(undefined)
  })
})
