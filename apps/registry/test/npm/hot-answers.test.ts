import { expect, test } from 'vitest'
import { HotAnswers } from '../../src/npm/hot-answers.ts'
import type { HotAnswer, HotRequest } from '../../src/npm/hot-answers.ts'

const MiB = 1024 * 1024

function answerOf(change: Partial<HotAnswer> = {}): HotAnswer {
  return {
    validators: { etag: 'x', modifiedAt: undefined },
    etag: '"x-gzip"',
    headers: [],
    unchangedHeaders: [],
    body: Buffer.from('{}'),
    stamp: 1,
    freshUntil: 1000,
    entry: { kind: 'packument', name: 'a', source: 'local', path: '/a' },
    ...change,
  }
}

const request: HotRequest = { method: 'GET', url: '/a', headers: { accept: 'x/y', 'accept-encoding': 'gzip' } }

/** With a clock and an index that the test moves. */
function world(): { readonly hot: HotAnswers; now: number; stamp: number | undefined } {
  const state = { now: 0, stamp: 1 as number | undefined }
  const hot = new HotAnswers({ now: () => state.now, stamp: () => state.stamp })
  return Object.assign(state, { hot })
}

test('the same words get the answer that they got', () => {
  const { hot } = world()
  const answer = answerOf()
  hot.remember(request, answer)
  expect(hot.find(request)).toBe(answer)
})

test.each<[string, HotRequest]>([
  ['another address', { ...request, url: '/a?write=true' }],
  ['another form', { ...request, headers: { ...request.headers, accept: 'application/json' } }],
  ['another coding', { ...request, headers: { accept: 'x/y' } }],
  ['another method', { ...request, method: 'HEAD' }],
])('%s goes the long way', (_what, other) => {
  const { hot } = world()
  hot.remember(request, answerOf())
  hot.remember(other, answerOf({ etag: '"other"' }))
  expect(hot.find(request)?.etag).toBe('"x-gzip"')
  const isKept = other.method === 'GET'
  expect(hot.find(other)?.etag).toBe(isKept ? '"other"' : undefined)
})

test('what was written, an index that cannot say, and age make an answer old', () => {
  const state = world()
  state.hot.remember(request, answerOf())
  state.stamp = undefined
  expect(state.hot.find(request)).toBeUndefined()
  state.stamp = 1
  state.hot.remember(request, answerOf())
  state.stamp = 2
  expect(state.hot.find(request)).toBeUndefined()
  state.hot.remember(request, answerOf({ stamp: 2 }))
  state.now = 999
  expect(state.hot.find(request)).toBeDefined()
  state.now = 1000
  expect(state.hot.find(request)).toBeUndefined()
})

test('the oldest leave when there is no room for their bodies, and a giant never comes in', () => {
  const { hot } = world()
  const urls = Array.from({ length: 10 }, (_, index) => `/${index}`)
  for (const url of urls) hot.remember({ ...request, url }, answerOf({ body: Buffer.alloc(8 * MiB) }))
  expect(urls.filter((url) => hot.find({ ...request, url }) !== undefined)).toEqual(urls.slice(6))
  hot.remember({ ...request, url: '/giant' }, answerOf({ body: Buffer.alloc(13 * MiB) }))
  expect(hot.find({ ...request, url: '/giant' })).toBeUndefined()
})
