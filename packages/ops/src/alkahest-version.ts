/** The version of Alkahest itself, from the manifest that travels with this file (rolldown inlines it). */
import manifest from '../package.json' with { type: 'json' }

export const alkahestVersion: string = manifest.version
