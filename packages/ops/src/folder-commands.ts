/** The commands of packages that are folders on disk, members of the workspace among them: their manifests name them. */
import { join } from 'node:path'
import { memberId, parsePackageName, parseVersion, plainInstanceId } from '@alkahest/core'
import type { InstanceGraph, InstanceId, JsonObject } from '@alkahest/core'
import { readFolderManifest } from '@alkahest/project'
import type { Workspace } from '@alkahest/project'
import { readCandidate } from '@alkahest/protocol'

export async function commandsOfFolders(
  workspace: Workspace,
  graph: InstanceGraph,
): Promise<Map<InstanceId, Readonly<Record<string, string>>>> {
  const commands = new Map<InstanceId, Readonly<Record<string, string>>>()
  for (const { path, manifest } of workspace.members) {
    commands.set(plainInstanceId(memberId(path)), commandsOf(manifest.document))
  }
  for (const instance of graph.instances.values()) {
    const { source } = instance.package
    if (source.kind !== 'directory') continue
    const manifest = await readFolderManifest(join(workspace.root, source.path), source.path)
    commands.set(instance.id, commandsOf(manifest ?? {}))
  }
  return commands
}

/** Read by the rules for published manifests: the same checks on names and paths of commands. */
function commandsOf(document: JsonObject): Readonly<Record<string, string>> {
  const name = typeof document.name === 'string' ? document.name : 'unnamed'
  const candidate = readCandidate(parsePackageName(name), parseVersion('0.0.0'), {
    ...document,
    dist: { tarball: 'http://localhost/' },
  })
  return candidate?.bin ?? {}
}
