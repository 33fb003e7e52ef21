/** The version of this program, as it says it to upstreams and in its own answers. */
import manifest from '../package.json' with { type: 'json' }

export const version: string = manifest.version
