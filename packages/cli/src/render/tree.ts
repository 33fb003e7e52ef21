/** The installed tree with box characters. What was drawn before is named but not opened again, so cycles end. */
import type { TreePackage, TreeReport } from '@alkahest/ops'
import type { Style } from '../style.ts'

export type RenderTreeOptions = { readonly style: Style; readonly depth: number }

type Edge = { readonly alias: string; readonly id: string; readonly isPeer: boolean }

export function renderTree(report: TreeReport, { style, depth }: RenderTreeOptions): string {
  const packages = new Map(report.packages.map((entry) => [entry.id, entry]))
  const drawn = new Set<string>()
  const lines: string[] = []
  const draw = (edges: readonly Edge[], prefix: string, level: number): void => {
    edges.forEach((edge, index) => {
      const isLast = index === edges.length - 1
      const found = packages.get(edge.id)
      const inner = found === undefined ? [] : edgesOf(found.dependencies, found.peers)
      const isRepeated = inner.length > 0 && drawn.has(edge.id)
      lines.push(
        `${prefix}${isLast ? '└── ' : '├── '}${label(edge, found, style)}${isRepeated ? style.dim(' (see above)') : ''}`,
      )
      if (isRepeated || level >= depth) return
      drawn.add(edge.id)
      draw(inner, `${prefix}${isLast ? '    ' : '│   '}`, level + 1)
    })
  }
  for (const member of report.members) {
    lines.push(`${style.bold(member.name)}${member.path === '.' ? '' : style.dim(` (${member.path})`)}`)
    draw(edgesOf(member.dependencies, {}), '', 1)
  }
  return `${lines.join('\n')}\n`
}

function edgesOf(dependencies: TreePackage['dependencies'], peers: TreePackage['peers']): readonly Edge[] {
  return [
    ...Object.entries(dependencies).map(([alias, id]) => ({ alias, id, isPeer: false })),
    ...Object.entries(peers).map(([alias, id]) => ({ alias, id, isPeer: true })),
  ]
}

function label({ alias, id, isPeer }: Edge, found: TreePackage | undefined, style: Style): string {
  if (found === undefined) return `${alias} ${style.dim(id)}`
  const renamed = found.name === alias ? '' : `${alias} = `
  const notes = [
    isPeer ? 'peer' : '',
    found.kind === 'registry' ? '' : found.kind,
    found.skipped === true ? 'skipped here' : '',
  ]
  const shown = notes.filter((note) => note !== '')
  return `${renamed}${found.name} ${found.version}${shown.length === 0 ? '' : style.dim(` (${shown.join(', ')})`)}`
}
