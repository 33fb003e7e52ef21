/** Changes of a member's manifest in memory: the text for the disk and the value for the solver stay the same thing. */
import { invariant, parseJson, parseManifest } from '@alkahest/core'
import { editManifest } from '@alkahest/project'
import type { ManifestEdit, Member } from '@alkahest/project'
import type { InstallRun } from './install-run.ts'

/** Stages the edited text and puts the edited manifest into the workspace that is resolved. */
export async function stageManifest(run: InstallRun, member: Member, edits: readonly ManifestEdit[]): Promise<void> {
  const before = await run.files.read(member.manifestPath)
  invariant(before !== undefined, 'a member of the workspace has a manifest')
  const text = editManifest(before.toString('utf8'), edits, member.manifestPath)
  run.files.stage(member.manifestPath, text)
  const { overrides } = member.manifest // those of pnpm-workspace.yaml are among them, and no edit here changes any
  const manifest = { ...parseManifest(parseJson(text, member.manifestPath), member.manifestPath), overrides }
  run.workspace = {
    ...run.workspace,
    members: run.workspace.members.map((other) => (other.path === member.path ? { ...member, manifest } : other)),
  }
}
