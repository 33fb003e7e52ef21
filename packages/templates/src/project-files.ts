/** The files that every TypeScript project has, whatever it is: compiler, linter, what git does not keep. */
import type { FileTree } from './file-tree.ts'
import { nodeRange, toolVersions } from './versions.ts'

/**
 * `tsc -b` compiles src into dist; `tsc -b test` also checks the tests, against the declarations just made. The notes of
 * the incremental build lie in dist, so that deleting dist deletes them too.
 */
export const compilerFiles: FileTree = {
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "es2024",
    "lib": ["es2024"],
    "module": "nodenext",
    "types": ["node"],
    "rootDir": "src",
    "outDir": "dist",
    "composite": true,
    "tsBuildInfoFile": "dist/src.tsbuildinfo",
    "declaration": true,
    "sourceMap": true,
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "exactOptionalPropertyTypes": true,
    "noImplicitOverride": true,
    "noFallthroughCasesInSwitch": true,
    "verbatimModuleSyntax": true,
    "isolatedDeclarations": true,
    "erasableSyntaxOnly": true,
    "rewriteRelativeImportExtensions": true,
    "skipLibCheck": true
  },
  "include": ["src"]
}
`,
  'test/tsconfig.json': `{
  "extends": "../tsconfig.json",
  "compilerOptions": {
    "rootDir": "..",
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "rewriteRelativeImportExtensions": false,
    "tsBuildInfoFile": "../dist/test.tsbuildinfo"
  },
  "include": [".", "../*.config.ts", "../alkahest-env.d.ts"],
  "references": [{ "path": ".." }]
}
`,
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
.env
`,
}

/** Without alk the same things are done by these. */
export const toolScripts = {
  build: 'tsc -b . test',
  format: 'oxfmt',
  'format:check': 'oxfmt --check',
  lint: 'oxlint',
  test: 'vitest run',
} as const

export const toolDependencies: Readonly<Record<string, string>> = toolVersions

export const engines: Readonly<Record<string, string>> = { node: nodeRange }
