/** Which Node programs the releases of a soak test run on: the test's own, and more from outside. */

export type TestedNode = {
  readonly version: string
  /** Absolute. */
  readonly binary: string
}

/** `ALKAHEST_TEST_NODES`: other programs to try, as `VERSION=PATH,VERSION=PATH`; the test's own comes first. */
export const testedNodes: readonly TestedNode[] = [
  `${process.versions.node}=${process.execPath}`,
  ...(process.env.ALKAHEST_TEST_NODES ?? '').split(',').filter((entry) => entry !== ''),
].map((entry) => {
  const [version = '', binary = ''] = entry.split('=')
  return { version, binary }
})
