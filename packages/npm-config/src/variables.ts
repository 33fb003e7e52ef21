/** `${NAME}` in keys and values, by npm's rules: `${NAME?}` is empty when unset, a backslash in front keeps the text. */

const VARIABLE = /(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}/g

export type ExpandedText = {
  readonly text: string
  /** It names a variable that is not set; there the text stays as it was written. */
  readonly isIncomplete: boolean
}

export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): ExpandedText {
  let isIncomplete = false
  const expanded = text.replace(VARIABLE, (whole: string, ...groups: [string, string, string | undefined]) => {
    const [backslashes, name, optional] = groups
    if (backslashes.length % 2 === 1) return whole.slice((backslashes.length + 1) / 2)
    const value = env[name] ?? (optional === undefined ? undefined : '')
    if (value === undefined) isIncomplete = true
    return backslashes.slice(backslashes.length / 2) + (value ?? `\${${name}}`)
  })
  return { text: expanded, isIncomplete }
}
