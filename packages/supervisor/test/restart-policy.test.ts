import { expect, test } from 'vitest'
import { RestartPolicy } from '../src/restart-policy.ts'

test('the first restart is at once, the next ones wait longer and longer, then it gives up', () => {
  const policy = new RestartPolicy({ maxRestarts: 4, maxSeconds: 60 })
  const decisions = [0, 10, 20, 30, 40].map((now) => policy.decide(now))
  expect(decisions).toEqual([
    { kind: 'restart', delayMs: 0 },
    { kind: 'restart', delayMs: 100 },
    { kind: 'restart', delayMs: 200 },
    { kind: 'restart', delayMs: 400 },
    { kind: 'give-up' },
  ])
  expect(policy.total).toBe(4)
})

test('restarts outside the window are forgotten, and the wait starts again', () => {
  const policy = new RestartPolicy({ maxRestarts: 1, maxSeconds: 5 })
  expect(policy.decide(0)).toEqual({ kind: 'restart', delayMs: 0 })
  expect(policy.decide(4999)).toEqual({ kind: 'give-up' })
  expect(policy.decide(5000)).toEqual({ kind: 'restart', delayMs: 0 })
})

test('none is allowed', () => {
  expect(new RestartPolicy({ maxRestarts: 0, maxSeconds: 5 }).decide(0)).toEqual({ kind: 'give-up' })
})
