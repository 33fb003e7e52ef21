/**
 * Peer conflicts of real life, one for each distinct cause, with the manifests that were published and the thread where
 * people met it. Beside each world: what alk says (`.alk.txt`), and what npm 11, pnpm 12 and Mix 1.14 said of the like on 22
 * November 2026 (record.ts writes them). After a change of words: `vitest run test/worlds -u`, and read the difference.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { failureError } from '../../packages/resolver/src/index.ts'
import type { ResolveInput, Suggestion } from '../../packages/resolver/src/index.ts'
import { expect, it } from 'vitest'
import { inputOf, parseWorld, settle, WorldSource } from '../../packages/resolver/test/world.ts'

const folder = path.join(import.meta.dirname, 'peers')
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.world') ? [file.slice(0, -'.world'.length)] : []))

it('there is a world for each cause, with the thread it comes from and what the others say', () => {
  expect(names.length).toBeGreaterThanOrEqual(10)
  for (const name of names) {
    expect(readFileSync(path.join(folder, `${name}.world`), 'utf8')).toMatch(/^# https:\/\/github\.com\/\S+\/\d+\n/)
    for (const tool of ['npm', 'pnpm', 'mix']) {
      expect(readFileSync(path.join(folder, `${name}.${tool}.txt`), 'utf8'), `${name}, ${tool}`).not.toBe('')
    }
  }
})

it.each(names)('%s', async (name) => {
  const world = parseWorld(readFileSync(path.join(folder, `${name}.world`), 'utf8'))
  const strict = inputOf(world, { peers: 'error' })
  const outcome = settle(strict, new WorldSource(world))
  if (outcome.kind !== 'failed') throw new Error('no peer is in conflict')
  const { message } = failureError(outcome.failure)
  const { suggestions } = outcome.failure.explanation
  const text = [message, ...suggestions.map((one) => `hint: ${one.text}`), ''].join('\n')
  await expect(text).toMatchFileSnapshot(path.join(folder, `${name}.alk.txt`))
  for (const suggestion of suggestions) {
    const applied = settle(withSuggestion(strict, suggestion), new WorldSource(world))
    expect(applied.kind, `applied: ${suggestion.text}`).toBe('resolved')
  }
  // Without a lockfile and the strict policy it is installed all the same, as pnpm does.
  expect(settle(inputOf(world), new WorldSource(world)).kind).toBe('resolved')
})

function withSuggestion(input: ResolveInput, { member: path_, alias, to }: Suggestion): ResolveInput {
  const members = input.members.map((member) => {
    if (member.path !== path_) return member
    const { manifest } = member
    return { ...member, manifest: { ...manifest, dependencies: { ...manifest.dependencies, [alias]: to } } }
  })
  return { ...input, members }
}
