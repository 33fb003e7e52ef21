/** What both sides of a closure must know alike: docs/formats/closure.md. */

/** The one that both sides speak; any other is refused and packuments are asked for. */
export const CLOSURE_FORMAT = 2

/** On every packument of a registry that has closures, with the format that it speaks: so nobody has to ask. */
export const CLOSURE_HEADER = 'alkahest-closure'

/** Of a request: a client that wants more asks for packuments. */
export const CLOSURE_REQUIREMENTS_MAX = 2000

/** Of an answer. */
export const CLOSURE_NAMES_MAX = 10_000
export const CLOSURE_VERSIONS_MAX = 40_000
