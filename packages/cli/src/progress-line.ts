/**
 * One line on a terminal's stderr that says what is going on: drawn only when the work takes longer than half a second,
 * redrawn in place, and gone before anything else is printed. On anything but a terminal, and in CI, there is none.
 */
import type { ProgressEvent } from '@alkahest/ops'
import type { Style } from './style.ts'
import type { Output } from './world.ts'

/** Faster work needs no company. */
const DELAY_MS = 500
const REDRAW_MS = 100
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const ERASE_LINE = '\r\u001B[2K'
const COLUMNS_DEFAULT = 80

export type ProgressLine = {
  show(event: Extract<ProgressEvent, { kind: 'step' }>): void
  /** Takes the line off the screen; the next redraw brings it back. Called before anything else is printed. */
  clear(): void
  /** Takes it off for good. */
  stop(): void
}

export const noProgressLine: ProgressLine = { show() {}, clear() {}, stop() {} }

export function startProgressLine(output: Output, style: Style): ProgressLine {
  let text = ''
  let frame = 0
  let isDrawn = false
  let interval: NodeJS.Timeout | undefined
  const draw = (): void => {
    if (text === '') return
    const sign = FRAMES[frame % FRAMES.length] ?? ''
    frame++
    isDrawn = true
    // A terminal that nobody has told its size says 0.
    const columns = output.columns === 0 ? COLUMNS_DEFAULT : (output.columns ?? COLUMNS_DEFAULT)
    output.write(`${ERASE_LINE}${style.cyan(sign)} ${text.slice(0, columns - 3)}`)
  }
  const clear = (): void => {
    if (isDrawn) output.write(ERASE_LINE)
    isDrawn = false
  }
  const delay = setTimeout(() => {
    draw()
    interval = setInterval(draw, REDRAW_MS)
    interval.unref()
  }, DELAY_MS)
  delay.unref()
  return {
    show: (event) => {
      text = describe(event)
    },
    clear,
    stop: () => {
      clearTimeout(delay)
      clearInterval(interval)
      clear()
    },
  }
}

/**
 * For work during which other programs write to the same terminal (a compile inside a release): a line that is redrawn
 * would end up among theirs, so each step is said once, on a line that stays.
 */
export function startStepLines(output: Output, style: Style): ProgressLine {
  let last = ''
  return {
    ...noProgressLine,
    show: ({ what }) => {
      if (what !== last) output.write(`${style.dim(what)}\n`)
      last = what
    },
  }
}

function describe(event: Extract<ProgressEvent, { kind: 'step' }>): string {
  if (event.done === undefined) return event.what
  return event.total === undefined ? `${event.what} ${event.done}` : `${event.what} ${event.done}/${event.total}`
}
