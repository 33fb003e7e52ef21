/** How Alkahest names itself to a registry, in the form that registries read of npm. */

/** `alkahest/0.1.0 node/v24.21.0 linux x64`. */
export function userAgent(version: string): string {
  return `alkahest/${version} node/${process.version} ${process.platform} ${process.arch}`
}
