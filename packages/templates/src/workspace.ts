/**
 * The workspace: what its members share stands once at the root, `packages` and `apps` hold them, and turbo builds what
 * changed in the order in which they need each other. It starts with a library and a service that uses it.
 */
import { scopeOf, unscopedName } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { renderApp } from './app.ts'
import { jsonFile } from './file-tree.ts'
import type { FileTree } from './file-tree.ts'
import { renderLib } from './lib.ts'
import { ignoreFile, sharedCompilerFile, styleFiles } from './project-files.ts'
import type { TemplateAnswers } from './answers.ts'
import { nodeRange, packageManager, toolVersions, workspaceToolVersions } from './versions.ts'

export function renderWorkspace({ name, description = 'Packages and apps side by side.' }: TemplateAnswers): FileTree {
  const scope = scopeOf(name as PackageName) ?? `@${unscopedName(name as PackageName)}`
  const library = `${scope}/greeting`
  return {
    ...styleFiles,
    ...ignoreFile,
    ...sharedCompilerFile,
    ...under('packages/greeting', renderLib({ name: library, member: { toRoot: '../..' } })),
    ...under(
      'apps/service',
      withLibrary(renderApp({ name: `${scope}/service`, member: { toRoot: '../..' } }), library),
    ),
    'package.json': jsonFile({
      name,
      version: '0.1.0',
      private: true,
      description,
      workspaces: ['packages/*', 'apps/*'],
      type: 'module',
      scripts: {
        build: 'turbo run build',
        format: 'oxfmt',
        'format:check': 'oxfmt --check',
        lint: 'oxlint',
        test: 'turbo run build test && tsc -b test && vitest run --dir test',
      },
      devDependencies: sorted({ ...toolVersions, ...workspaceToolVersions }),
      engines: { node: nodeRange },
      packageManager,
    }),
    'pnpm-workspace.yaml': `packages:
  - packages/*
  - apps/*
# A plain range that a member satisfies means the member, as npm has it.
linkWorkspacePackages: true
# turbo asks for "packageManager" in package.json; another one may be used all the same.
pmOnFail: ignore
`,
    'turbo.json': `{
  "$schema": "./node_modules/turbo/schema.json",
  "globalDependencies": ["alkahest.lock", "tsconfig.base.json"],
  "tasks": {
    "build": { "dependsOn": ["^build"], "outputs": ["dist/**"] },
    "test": { "dependsOn": ["^build"], "outputs": [] }
  }
}
`,
    'test/tsconfig.json': `{
  "extends": "../tsconfig.base.json",
  "compilerOptions": {
    "rootDir": "..",
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "rewriteRelativeImportExtensions": false,
    "isolatedDeclarations": false,
    "tsBuildInfoFile": "../dist/test.tsbuildinfo"
  },
  "include": ["."],
  "references": [{ "path": "../apps/service" }]
}
`,
    'test/service.test.ts': `/** What crosses the borders of packages is tested here; each package tests itself. */
import { expect, test } from "vitest";
import { buildApp } from "../apps/service/src/app.ts";

test("the service greets with the words of the library", async () => {
  const answer = await buildApp({ message: undefined }).inject("/greetings/Ada");
  expect(answer.json()).toEqual({ greeting: "Hello, Ada!" });
});
`,
    'docs/README.md': `# Documentation of ${name}

What concerns more than one package stands here; each package has its own README.
`,
    'README.md': readme(name, description),
  }
}

/** The service with one more route, which needs the library. */
function withLibrary(app: FileTree, library: string): FileTree {
  const manifest = JSON.parse(app['package.json'] ?? '{}') as { dependencies: Record<string, string> }
  const edit = (path: string, ...replacements: readonly (readonly [string, string])[]): FileTree => ({
    [path]: replacements.reduce((text, [from, to]) => text.replace(from, to), app[path] ?? ''),
  })
  return {
    ...app,
    'package.json': jsonFile({ ...manifest, dependencies: sorted({ ...manifest.dependencies, [library]: '^0.1.0' }) }),
    ...edit(
      'src/app.ts',
      ['import { fastify } from "fastify";', `import { greet } from "${library}";\nimport { fastify } from "fastify";`],
      [
        '  app.get("/health"',
        '  app.get<{ Params: { name: string } }>("/greetings/:name", (request) => ({\n    greeting: greet(request.params.name),\n  }));\n  app.get("/health"',
      ],
    ),
    ...edit('tsconfig.json', [
      '"include": ["src"]',
      '"include": ["src"],\n  "references": [{ "path": "../../packages/greeting" }]',
    ]),
  }
}

function under(folder: string, tree: FileTree): FileTree {
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [`${folder}/${path}`, text]))
}

function sorted(versions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(versions).sort(([left], [right]) => (left < right ? -1 : 1)))
}

function readme(name: string, description: string): string {
  return `# ${name}

${description}

| folder     | holds                               |
| ---------- | ----------------------------------- |
| \`packages\` | libraries                           |
| \`apps\`     | what runs                           |
| \`test\`     | tests across packages               |
| \`docs\`     | what concerns more than one of them |

## Work on it

\`\`\`sh
alk install                # what all of it needs
alk new packages/something # one more library
alk run build              # what changed, in order
alk test                   # every test
alk format                 # one style
alk lint                   # mistakes
\`\`\`
`
}
