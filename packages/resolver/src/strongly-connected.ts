/** Tarjan's strongly connected components, iterative, in an order where every component comes after those it points to. */

export function stronglyConnected(
  count: number,
  targets: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const indexOf = new Map<number, number>()
  const low = new Map<number, number>()
  const onStack = new Set<number>()
  const stack: number[] = []
  const components: number[][] = []
  for (let root = 0; root < count; root++) {
    if (indexOf.has(root)) continue
    const work: { node: number; next: number; targets: readonly number[] }[] = []
    const enter = (node: number): void => {
      indexOf.set(node, indexOf.size)
      low.set(node, indexOf.size - 1)
      stack.push(node)
      onStack.add(node)
      work.push({ node, next: 0, targets: targets(node) })
    }
    enter(root)
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const target = frame.targets[frame.next++]
      if (target !== undefined) {
        if (!indexOf.has(target)) enter(target)
        else if (onStack.has(target)) lower(low, frame.node, indexOf.get(target))
        continue
      }
      work.pop()
      const above = work.at(-1)
      if (above !== undefined) lower(low, above.node, low.get(frame.node))
      if (low.get(frame.node) === indexOf.get(frame.node)) components.push(popComponent(stack, onStack, frame.node))
    }
  }
  return components
}

function popComponent(stack: number[], onStack: Set<number>, root: number): number[] {
  const component: number[] = []
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    onStack.delete(node)
    component.push(node)
    if (node === root) break
  }
  return component
}

function lower(low: Map<number, number>, node: number, value: number | undefined): void {
  const known = low.get(node)
  if (value !== undefined && known !== undefined && value < known) low.set(node, value)
}
