/** The library: one documented function, its tests, and a package.json that is right for its consumers. */
import { jsonFile } from './file-tree.ts'
import type { FileTree } from './file-tree.ts'
import { compilerFiles, rootFields, rootFiles, toolScripts } from './project-files.ts'
import type { TemplateAnswers } from './answers.ts'

export function renderLib({ name, description = 'Greets people.', member }: TemplateAnswers): FileTree {
  return {
    ...compilerFiles({ ...(member && { member }) }),
    ...rootFiles(member),
    'package.json': jsonFile({
      name,
      version: '0.1.0',
      description,
      license: 'UNLICENSED',
      files: ['dist', 'src', '!**/*.tsbuildinfo'],
      type: 'module',
      sideEffects: false,
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
      scripts: { ...toolScripts(member), prepack: 'tsc -b' },
      ...rootFields(member),
    }),
    'src/index.ts': `/**
 * Greets someone by name.
 *
 * @example
 * \`\`\`ts
 * greet("Ada"); // => "Hello, Ada!"
 * \`\`\`
 *
 * @example
 * \`\`\`ts
 * greet(" "); // throws a name is needed
 * \`\`\`
 */
export function greet(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw new Error("a name is needed");
  return \`Hello, \${trimmed}!\`;
}
`,
    'test/index.test.ts': `import { expect, test } from "vitest";
import { greet } from "../src/index.ts";

test("greets by name", () => {
  expect(greet("Ada")).toBe("Hello, Ada!");
  expect(greet("  Grace ")).toBe("Hello, Grace!");
});

test("refuses an empty name", () => {
  expect(() => greet(" ")).toThrow("a name is needed");
});
`,
    'README.md': `# ${name}

${description}

\`\`\`ts
import { greet } from "${name}";

greet("Ada"); // => "Hello, Ada!"
\`\`\`

## Work on it

\`\`\`sh
alk install # what it needs
alk test    # its tests
alk compile # types and JavaScript, in dist
alk format  # one style
alk lint    # mistakes
alk publish # to your registry
\`\`\`
`,
  }
}
