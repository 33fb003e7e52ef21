/** How to take back what was done, newest first. */
export class UndoLog {
  readonly #steps: (() => void)[] = []

  /** Notes how to undo a step; called right after it was done. */
  add(undo: () => void): void {
    this.#steps.push(undo)
  }

  /** Undoes all of it. One undo that fails does not keep the others from being tried; the failures are returned. */
  undo(): readonly unknown[] {
    const failures: unknown[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        step()
      } catch (cause) {
        failures.push(cause)
      }
    }
    return failures
  }
}
