/** What `npm run demo -- ...` accepts. */
import { parseArgs } from 'node:util'

export type DemoOptions = {
  /** Packages that the app takes in, `name@range`. */
  readonly with: readonly string[]
  /** What the booted release answers. */
  readonly message: string
  /** Leave the temporary folder, with everything in it. */
  readonly keep: boolean
}

export type WrongOptions = { readonly complaint: string }

export const DEMO_USAGE = `Usage: npm run demo -- [--with NAME@RANGE]... [--message TEXT] [--keep]

  --with NAME@RANGE  take this package, from the configured npm registry, into the app (may be given several times)
  --message TEXT     what the booted release answers
  --keep             leave the temporary folder for a look around
`

/** The options, a wish for help, or what is wrong with them. */
export function parseDemoOptions(argv: readonly string[]): DemoOptions | 'help' | WrongOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        with: { type: 'string', multiple: true, default: [] },
        message: { type: 'string', default: 'The solvent solves everything' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values.help ? 'help' : values
  } catch (error) {
    return { complaint: error instanceof Error ? error.message : String(error) }
  }
}
