/**
 * Which layout a project gets. `shared` keeps instances outside the project, and some tools look only inside it: projects that use one of them get
 * `isolated` instead, and are told so. Facts: docs/internals/linker.md, "The shared layout"
 */
import type { InstanceGraph } from '@alkahest/core'

export type Layout = 'isolated' | 'shared'

/** Direct dependencies that do not get along with files outside the project, and why. */
const BREAKS_WHEN_SHARED: ReadonlyMap<string, string> = new Map([
  ['next', 'Turbopack does not follow links out of the project'],
  ['vite', "Vite's file server serves nothing from outside the project"],
  ['vitepress', "Vite's file server serves nothing from outside the project"],
  ['nuxt', "Vite's file server serves nothing from outside the project"],
  ['astro', "Vite's file server serves nothing from outside the project"],
  ['@sveltejs/kit', "Vite's file server serves nothing from outside the project"],
  ['parcel', 'Parcel watches and resolves inside the project only'],
  ['expo', 'Metro does not follow links out of the project'],
  ['react-native', 'Metro does not follow links out of the project'],
  ['metro', 'Metro does not follow links out of the project'],
])

export type ChosenLayout = {
  readonly layout: Layout
  /** One sentence, when it is not the one that was asked for. */
  readonly reason: string | undefined
}

export function chooseLayout(wanted: Layout, graph: InstanceGraph): ChosenLayout {
  if (wanted === 'isolated') return { layout: wanted, reason: undefined }
  for (const { path, dependencies } of graph.members) {
    for (const { target } of dependencies) {
      const name = graph.instances.get(target)?.package.name
      const why = name === undefined ? undefined : BREAKS_WHEN_SHARED.get(name)
      if (why === undefined) continue
      const place = path === '.' ? 'this project' : path
      return { layout: 'isolated', reason: `the layout is isolated, not shared: ${place} uses ${name}, and ${why}` }
    }
  }
  return { layout: wanted, reason: undefined }
}
