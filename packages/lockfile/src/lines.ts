/** The lines of a text, one after the other and without copying them: most of a lockfile is looked at and not kept. */

const NEWLINE = 10
const SPACE = 32

export class Lines {
  readonly text: string
  /** Of the current line, without its end. */
  start = 0
  end = 0
  #next = 0

  /** Lines end in LF or CRLF. */
  constructor(text: string) {
    this.text = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text
  }

  /** On to the next line; false when there is none. */
  advance(): boolean {
    if (this.#next > this.text.length) return false
    this.start = this.#next
    const end = this.text.indexOf('\n', this.start)
    this.end = end < 0 ? this.text.length : end
    this.#next = this.end + 1
    return true
  }

  /** On to the next line if it is indented by two spaces. */
  advanceIndented(): boolean {
    const { text } = this
    const at = this.#next
    return text.charCodeAt(at) === SPACE && text.charCodeAt(at + 1) === SPACE && this.advance()
  }

  get isEmpty(): boolean {
    return this.start === this.end
  }

  /** Where the first space at or behind `from` stands in this line, else its end. */
  spaceFrom(from: number): number {
    const space = this.text.indexOf(' ', from)
    return space < 0 || space > this.end ? this.end : space
  }

  /** Whether `word` stands there, from `from` up to `to`. */
  isWordAt(word: string, from: number, to: number): boolean {
    return to - from === word.length && this.text.startsWith(word, from)
  }

  /** The rest of the line. */
  from(start: number): string {
    return start >= this.end ? '' : this.text.slice(start, this.end)
  }

  /** The number, from 1, of the line that begins there: counted when somebody asks, which is in errors. */
  numberAt(start: number): number {
    let count = 1
    for (let index = 0; index < start; index++) if (this.text.charCodeAt(index) === NEWLINE) count++
    return count
  }
}
