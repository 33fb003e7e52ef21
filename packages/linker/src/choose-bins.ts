/** One `.bin` folder: which commands it holds and whose they are. Rules: docs/internals/linker.md, "Commands". */
import type { Links } from './tree.ts'

export type BinOffer = {
  /** Under which name the package is linked beside the `.bin`. */
  readonly alias: string
  /** The package's own name. */
  readonly name: string
  readonly bin: Links
}

export type BinConflict = {
  readonly command: string
  /** Aliases. */
  readonly chosen: string
  readonly passedOver: string
}

/** Offers come sorted by alias, so the result depends on nothing else. */
export function chooseBins(offers: readonly BinOffer[], onConflict?: (conflict: BinConflict) => void): Links {
  const owners = new Map<string, BinOffer>()
  for (const offer of offers) {
    for (const command of Object.keys(offer.bin)) {
      const owner = owners.get(command)
      const takes = owner === undefined || claim(offer, command) > claim(owner, command)
      if (takes) owners.set(command, offer)
      if (owner !== undefined)
        onConflict?.({ command, chosen: (takes ? offer : owner).alias, passedOver: (takes ? owner : offer).alias })
    }
  }
  const commands = [...owners].sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(commands.map(([command, { alias, bin }]) => [command, `../${alias}/${bin[command]}`]))
}

/** How strongly a command belongs to a package: it has its name, or the part of it after the scope, or neither. */
function claim({ name }: BinOffer, command: string): number {
  if (name === command) return 2
  return name.slice(name.indexOf('/') + 1) === command ? 1 : 0
}
