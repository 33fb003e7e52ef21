/** Packages of npm's own that come without types: what we use of them, and nothing more. */
declare module 'ini' {
  /** Values are texts, except `true`, `false` and `null`; `key[]` makes an array, `[section]` an object. */
  export function parse(text: string): Record<string, unknown>
  /** The text that `parse` reads as this value. */
  export function safe(value: string): string
}

declare module '@npmcli/config/lib/definitions/definitions.js' {
  const definitions: { readonly registry: { readonly default: string } }
  export default definitions
}
