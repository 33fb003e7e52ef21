/**
 * What must not be repeated in an error: every value that a provider gave, and variables whose names say that they are secret.
 * Some validators quote what they refuse, and a configuration may throw a sentence with anything in it.
 */

/** Shorter ones are words and numbers that stand in many a sentence. */
const LENGTH_MIN = 4
/** Of a value that was read; deeper is no configuration. */
const DEPTH_MAX = 20
const SECRET_NAME = /secret|token|passw|credential|(?:^|_)key(?:_|$)/i

export class Secrets {
  readonly #texts = new Set<string>()

  constructor(variables: NodeJS.ProcessEnv = {}) {
    for (const [name, value] of Object.entries(variables)) if (SECRET_NAME.test(name)) this.note(value)
  }

  /** Remembers every text and number in a value; returns the value. */
  note<Value>(value: Value, depth = 0): Value {
    if (typeof value === 'string' || typeof value === 'number') {
      for (const text of [String(value), JSON.stringify(value).slice(1, -1)]) {
        if (text.length >= LENGTH_MIN) this.#texts.add(text)
      }
    } else if (typeof value === 'object' && value !== null && depth < DEPTH_MAX) {
      for (const entry of Object.values(value)) this.note(entry, depth + 1)
    }
    return value
  }

  redact(text: string): string {
    // The longest first: one secret may be part of another.
    const secrets = [...this.#texts].toSorted((left, right) => right.length - left.length)
    return secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text)
  }
}
