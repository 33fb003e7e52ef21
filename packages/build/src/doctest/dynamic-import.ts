/** Import statements where only expressions may stand: inside of functions, and at a prompt. */

/** Imports become awaited ones: inside a function no other kind may stand. Types are imported as types of the module. */
export function asDynamicImport(line: string): string {
  const [, indent = '', type, what = '', quote = '', from = ''] =
    /^(\s*)import\s+(type\s+)?([^'"]+?)\s+from\s+(['"])([^'"]+)\4;?\s*$/.exec(line) ?? []
  if (from === '') return line.replace(/^(\s*)import\s+(['"][^'"]+['"]);?\s*$/, '$1await import($2);')
  const source = `${quote}${from}${quote}`
  const names =
    /\{([^}]*)\}/
      .exec(what)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '') ?? []
  const types = names
    .filter((name) => type !== undefined || name.startsWith('type '))
    .map((name) => name.replace(/^type\s+/, ''))
  const values =
    type === undefined
      ? names.filter((name) => !name.startsWith('type ')).map((name) => name.replace(/\s+as\s+/, ': '))
      : []
  const star = /\*\s+as\s+([\w$]+)/.exec(what)?.[1]
  const standard = type === undefined ? /^([\w$]+)/.exec(what)?.[1] : undefined
  const all = standard === undefined ? values : [`default: ${standard}`, ...values]
  return [
    `${indent}${types.map((name) => `type ${name.split(/\s+as\s+/).at(-1) ?? name} = import(${source}).${name.split(/\s+as\s+/)[0] ?? name};`).join(' ')}`,
    star === undefined ? '' : `const ${star} = await import(${source});`,
    all.length === 0 ? '' : `const { ${all.join(', ')} } = await import(${source});`,
  ].join('')
}
