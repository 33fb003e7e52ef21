/** The files that every TypeScript project has, whatever it is: compiler, linter, what git does not keep. */
import { configTypes, configTypesName, unscopedName } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import type { FileTree } from './file-tree.ts'
import type { MemberAnswers } from './answers.ts'
import { nodeRange, toolVersions } from './versions.ts'

/** What a project compiles with beside the usual: another kind of code, other packages of the workspace. */
export type CompilerOptions = {
  /** A member extends the options at the root of its workspace. */
  readonly member?: MemberAnswers
  /** Folders with code of another kind, each with its own tsconfig.json: the tests leave it to them. */
  readonly references?: readonly string[]
}

/**
 * `tsc -b` compiles src into dist; `tsc -b test` also checks the tests, against the declarations just made. The notes of
 * the incremental build lie in dist, so that deleting dist deletes them too.
 */
export function compilerFiles({ member, references = [] }: CompilerOptions = {}): FileTree {
  const own = ['"rootDir": "src"', '"outDir": "dist"', '"tsBuildInfoFile": "dist/src.tsbuildinfo"']
  const head = member === undefined ? [] : [`  "extends": "${member.toRoot}/tsconfig.base.json",`]
  const options = member === undefined ? [...sharedOptions, ...own] : own
  return {
    'tsconfig.json': lines(
      '{',
      ...head,
      '  "compilerOptions": {',
      ...commaSeparated(options.map((option) => `    ${option}`)),
      '  },',
      references.length === 0 ? '  "include": ["src"]' : '  "include": ["src"],',
      ...(references.length === 0
        ? []
        : [`  "references": [${references.map((path) => `{ "path": "${path}" }`).join(', ')}]`]),
      '}',
    ),
    'test/tsconfig.json': lines(
      '{',
      '  "extends": "../tsconfig.json",',
      '  "compilerOptions": {',
      '    "rootDir": "..",',
      '    "noEmit": true,',
      '    "allowImportingTsExtensions": true,',
      '    "rewriteRelativeImportExtensions": false,',
      '    "isolatedDeclarations": false,',
      '    "tsBuildInfoFile": "../dist/test.tsbuildinfo"',
      '  },',
      '  "include": [".", "../*.config.ts", "../alkahest-env.d.ts", "../tasks"],',
      '  "references": [{ "path": ".." }]',
      '}',
    ),
  }
}

/** The root of a workspace says once what its members share. */
export const sharedCompilerFile: FileTree = {
  'tsconfig.base.json': lines(
    '{',
    '  "compilerOptions": {',
    ...commaSeparated(baseOptions().map((option) => `    ${option}`)),
    '  }',
    '}',
  ),
}

const sharedOptions: readonly string[] = baseOptions()

function baseOptions(): readonly string[] {
  return [
    '"target": "es2024"',
    '"lib": ["es2024"]',
    '"module": "nodenext"',
    '"types": ["node"]',
    '"composite": true',
    '"declaration": true',
    '"sourceMap": true',
    '"strict": true',
    '"noUncheckedIndexedAccess": true',
    '"exactOptionalPropertyTypes": true',
    '"noImplicitOverride": true',
    '"noFallthroughCasesInSwitch": true',
    '"verbatimModuleSyntax": true',
    '"isolatedDeclarations": true',
    '"erasableSyntaxOnly": true',
    '"rewriteRelativeImportExtensions": true',
    '"skipLibCheck": true',
  ]
}

/** Both tools at their own defaults; what differs goes here. */
export const styleFiles: FileTree = {
  '.oxfmtrc.json': `{
  "$schema": "./node_modules/oxfmt/configuration_schema.json"
}
`,
  '.oxlintrc.json': `{
  "$schema": "./node_modules/oxlint/configuration_schema.json",
  "categories": { "correctness": "error", "suspicious": "error" }
}
`,
}

export const ignoreFile: FileTree = {
  '.gitignore': `node_modules/
dist/
build/
coverage/
.turbo/
.vitest/
.env
`,
}

/** Files that stand once: in a project of its own, or at the root of its workspace. */
export function rootFiles(member: MemberAnswers | undefined): FileTree {
  return member === undefined ? { ...styleFiles, ...ignoreFile } : {}
}

/** A service says how it is released: under which name, and what tells that it is well. */
export function releaseFiles(name: string): FileTree {
  const release = unscopedName(name as PackageName)
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z]+/, '')
  const key = /^[a-z][a-z0-9_]*$/.test(release) ? release : JSON.stringify(release || 'app')
  return {
    [configTypesName]: configTypes,
    'alkahest.config.ts': `/** What of this project needs code: tasks, aliases, environments, releases. */
export default {
  releases: {
    ${key}: { health: "/health" },
  },
} satisfies AlkahestConfig;
`,
  }
}

/** Fields of package.json that stand once. */
export function rootFields(member: MemberAnswers | undefined): Readonly<Record<string, unknown>> {
  return member === undefined
    ? { devDependencies: toolVersions, engines: { node: nodeRange } }
    : { engines: { node: nodeRange } }
}

/** What alk does, for those who have only npm. A member is formatted and linted with its workspace. */
export function toolScripts(
  member: MemberAnswers | undefined,
  build = 'tsc -b . test',
): Readonly<Record<string, string>> {
  const style = member === undefined ? { format: 'oxfmt', 'format:check': 'oxfmt --check', lint: 'oxlint' } : {}
  return { build, ...style, test: 'vitest run' }
}

function commaSeparated(entries: readonly string[]): readonly string[] {
  return entries.map((entry, index) => (index < entries.length - 1 ? `${entry},` : entry))
}

function lines(...parts: readonly string[]): string {
  return `${parts.join('\n')}\n`
}
