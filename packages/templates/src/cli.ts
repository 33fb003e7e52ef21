/**
 * The command: what it does (run.ts) is a function from arguments and a world to an exit code, so that its tests need no
 * process; main.ts hands it the real one.
 */
import { unscopedName } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { jsonFile } from './file-tree.ts'
import type { FileTree } from './file-tree.ts'
import { compilerFiles, rootFields, rootFiles, toolScripts } from './project-files.ts'
import type { TemplateAnswers } from './answers.ts'

export function renderCli({ name, description = 'A command.', member }: TemplateAnswers): FileTree {
  const command = unscopedName(name as PackageName)
  return {
    ...compilerFiles({ ...(member && { member }) }),
    ...rootFiles(member),
    ...sources(command),
    ...tests,
    'package.json': jsonFile({
      name,
      version: '0.1.0',
      description,
      license: 'UNLICENSED',
      bin: { [command]: 'dist/main.js' },
      files: ['dist', '!**/*.tsbuildinfo'],
      type: 'module',
      scripts: { ...toolScripts(member), prepack: 'tsc -b', start: 'node src/main.ts' },
      ...rootFields(member),
    }),
    'README.md': readme(name, { command, description }),
  }
}

function sources(command: string): FileTree {
  return {
    'src/main.ts': `#!/usr/bin/env node
/** The command's edge: the only place that knows the process. */
import { run } from "./run.ts";

process.exitCode = run(process.argv.slice(2), {
  print: (text) => process.stdout.write(\`\${text}\\n\`),
  complain: (text) => process.stderr.write(\`\${text}\\n\`),
});
`,
    'src/run.ts': `/** What the command does: arguments in, text out, an exit code back. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

export type World = {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
};

const help = \`Usage: ${command} [options] <name>

Greets someone.

  -l, --loud     in capitals
  -h, --help     this text
  -v, --version  the version\`;

/** 0 when it went well, 2 when it was called wrongly. */
export function run(args: readonly string[], world: World): number {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error), world);
  }
  const { values, positionals } = parsed;
  if (values.help) world.print(help);
  else if (values.version) world.print(readVersion());
  else if (positionals[0] === undefined) return misused("a name is needed", world);
  else world.print(greet(positionals[0], values.loud));
  return 0;
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      loud: { type: "boolean", short: "l", default: false },
      help: { type: "boolean", short: "h", default: false },
      version: { type: "boolean", short: "v", default: false },
    },
  });
}

function greet(name: string, loud: boolean): string {
  const greeting = \`Hello, \${name}!\`;
  return loud ? greeting.toUpperCase() : greeting;
}

function misused(reason: string, world: World): number {
  world.complain(\`\${reason}\\n\\n\${help}\`);
  return 2;
}

/** From src and from dist alike, package.json is one folder up. */
function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
`,
  }
}

function readme(name: string, { command, description }: { command: string; description: string }): string {
  return `# ${name}

${description}

\`\`\`sh
${command} Ada        # Hello, Ada!
${command} --loud Ada # HELLO, ADA!
\`\`\`

## Work on it

\`\`\`sh
alk install       # what it needs
alk run start Ada # runs src/main.ts
alk test          # its tests
alk compile       # types and JavaScript, in dist
alk format        # one style
alk lint          # mistakes
alk publish       # to your registry
\`\`\`
`
}

const tests: FileTree = {
  'test/run.test.ts': `import { expect, test } from "vitest";
import { run } from "../src/run.ts";

function call(...args: string[]) {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = run(args, {
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
  });
  return { code, printed: printed.join("\\n"), complained: complained.join("\\n") };
}

test("greets", () => {
  expect(call("Ada")).toEqual({ code: 0, printed: "Hello, Ada!", complained: "" });
  expect(call("--loud", "Ada").printed).toBe("HELLO, ADA!");
});

test("tells its version and how it is used", () => {
  expect(call("--version").printed).toMatch(/^\\d+\\.\\d+\\.\\d+/);
  expect(call("-h").printed).toContain("Usage:");
});

test.each([[["--unknown"]], [[]]])("called with %j it says how it is used", (args) => {
  const { code, printed, complained } = call(...args);
  expect(code).toBe(2);
  expect(printed).toBe("");
  expect(complained).toContain("Usage:");
});
`,
}
