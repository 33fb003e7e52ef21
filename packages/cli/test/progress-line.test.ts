import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startProgressLine, startStepLines } from '../src/progress-line.ts'
import type { ProgressLine } from '../src/progress-line.ts'
import { plain } from '../src/style.ts'

const ERASE = '\r\u001B[2K'

describe('the progress line', () => {
  let written: string[] = []
  let line: ProgressLine

  beforeEach(() => {
    vi.useFakeTimers()
    written = []
    line = startProgressLine({ columns: 20, write: (text) => written.push(text) }, plain)
  })
  afterEach(() => {
    line.stop()
    vi.useRealTimers()
  })

  it('is never drawn for work of less than half a second', () => {
    line.show({ kind: 'step', what: 'resolving' })
    vi.advanceTimersByTime(499)
    line.stop()
    vi.advanceTimersByTime(5000)
    expect(written).toEqual([])
  })

  it('is drawn once in place and redrawn over itself', () => {
    line.show({ kind: 'step', what: 'resolving', done: 3 })
    vi.advanceTimersByTime(500)
    line.show({ kind: 'step', what: 'fetching', done: 4, total: 9 })
    vi.advanceTimersByTime(100)
    expect(written).toEqual([`${ERASE}⠋ resolving 3`, `${ERASE}⠙ fetching 4/9`])
  })

  it('is gone before anything else is printed, and at the end', () => {
    line.show({ kind: 'step', what: 'resolving' })
    vi.advanceTimersByTime(500)
    line.clear()
    line.clear()
    line.stop()
    expect(written).toEqual([`${ERASE}⠋ resolving`, ERASE])
  })

  it('is whole on a terminal of unknown size', () => {
    line.stop()
    line = startProgressLine({ columns: 0, write: (text) => written.push(text) }, plain)
    line.show({ kind: 'step', what: 'resolving' })
    vi.advanceTimersByTime(500)
    expect(written).toEqual([`${ERASE}⠋ resolving`])
  })

  it('never wraps: it is cut to the width of the terminal', () => {
    line.show({ kind: 'step', what: 'a'.repeat(100) })
    vi.advanceTimersByTime(500)
    expect(written).toEqual([`${ERASE}⠋ ${'a'.repeat(17)}`])
  })
})

it('beside other programs each step is one line, said once', () => {
  const written: string[] = []
  const lines = startStepLines({ write: (text) => written.push(text) }, plain)
  lines.show({ kind: 'step', what: 'compiling' })
  lines.show({ kind: 'step', what: 'packing', done: 1, total: 2 })
  lines.show({ kind: 'step', what: 'packing', done: 2, total: 2 })
  lines.clear()
  lines.stop()
  expect(written).toEqual(['compiling\n', 'packing\n'])
})
