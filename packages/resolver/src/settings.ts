/** What changes a resolution besides manifests and registry. It stands in the lockfile, so that a change is noticed. */
import { readOverrides, ruleText } from './overrides.ts'
import type { ResolutionSettings, ResolveInput } from './resolve-input.ts'

/** Sorted keys: `override <rule>` (the value is what it asks for), `single`. Empty for an ordinary project. */
export function settingsOf(input: Pick<ResolveInput, 'members' | 'single'>): ResolutionSettings {
  const root = input.members.find((member) => member.path === '.')
  const settings: Record<string, string> = {}
  if (input.single === true) settings.single = '*'
  else if (input.single !== false && input.single.length > 0) settings.single = input.single.toSorted().join(' ')
  for (const rule of root === undefined ? [] : readOverrides(root.manifest, 'package.json')) {
    const text = ruleText(rule)
    const end = text.lastIndexOf(': ')
    settings[`override ${text.slice(0, end)}`] = text.slice(end + 2)
  }
  return Object.fromEntries(Object.entries(settings).sort(([left], [right]) => (left < right ? -1 : 1)))
}
