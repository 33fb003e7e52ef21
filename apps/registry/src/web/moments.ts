/** Instants and sizes for people. */
import { html } from './html.ts'
import type { Html } from './html.ts'

/** @param instant ISO 8601 */
export function dayOf(instant: string): Html {
  return html`<time datetime="${instant}">${instant.slice(0, 10)}</time>`
}

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const

/** `1.5 kB`: decimal units, as npm prints them. */
export function formatSize(bytes: number): string {
  const power = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), UNITS.length - 1)
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? ''}`
}
