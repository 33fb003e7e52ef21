/**
 * The HTTP service: what answers (app.ts) is apart from what listens (main.ts), so that its tests need no port; what it
 * is told from outside (config.ts) is read once and checked before it listens.
 */
import { jsonFile } from './file-tree.ts'
import type { FileTree } from './file-tree.ts'
import { compilerFiles, releaseFiles, rootFields, rootFiles, toolScripts } from './project-files.ts'
import type { TemplateAnswers } from './answers.ts'
import { libraryVersions } from './versions.ts'

export function renderApp({ name, description = 'An HTTP service.', member }: TemplateAnswers): FileTree {
  return {
    ...compilerFiles({ ...(member && { member }) }),
    ...rootFiles(member),
    ...releaseFiles(name),
    ...sources,
    ...tests,
    'package.json': jsonFile({
      name,
      version: '0.1.0',
      private: true,
      description,
      files: ['dist', '!**/*.tsbuildinfo'],
      type: 'module',
      main: './dist/main.js',
      scripts: { ...toolScripts(member), dev: 'node --watch src/main.ts', start: 'node dist/main.js' },
      dependencies: { fastify: libraryVersions.fastify },
      ...rootFields(member),
    }),
    'README.md': readme(name, description),
  }
}

const sources: FileTree = {
  'src/config.ts': `/** What the service is told by its environment: read once, checked before it listens. */
export type Config = {
  readonly host: string;
  readonly port: number;
  /** Stands in the answer of \`GET /\` when it is set. */
  readonly message: string | undefined;
};

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return {
    host: environment.HOST || "127.0.0.1",
    port: readPort(environment.PORT || "3000"),
    message: environment.MESSAGE || undefined,
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(\`PORT is \${JSON.stringify(text)}, which is no port\`);
}
`,
  'src/app.ts': `/** The service without its socket: what it answers. */
import { readFileSync } from "node:fs";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import type { Config } from "./config.ts";

export type AppOptions = {
  /** Whether requests are logged, a line of JSON each. */
  readonly logger?: boolean;
};

export function buildApp(
  config: Pick<Config, "message">,
  options: AppOptions = {},
): FastifyInstance {
  const app = fastify({ logger: options.logger ?? false });
  const { name, version } = readManifest();
  const answer =
    config.message === undefined ? { name, version } : { name, version, message: config.message };
  app.get("/", () => answer);
  app.get("/health", () => ({ status: "ok" }));
  return app;
}

/** From src and from dist alike, package.json is one folder up. */
function readManifest(): { readonly name: string; readonly version: string } {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return JSON.parse(text) as { name: string; version: string };
}
`,
  'src/main.ts': `/** Listens, and stops when it is asked to: requests in flight are answered first. */
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);
const app = buildApp(config, { logger: true });
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void app.close());
}
await app.listen({ host: config.host, port: config.port });
`,
}

const tests: FileTree = {
  'test/app.test.ts': `import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildApp } from "../src/app.ts";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  name: string;
  version: string;
};

test("says who it is", async () => {
  const answer = await buildApp({ message: undefined }).inject("/");
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ name: manifest.name, version: manifest.version });
});

test("says its message when it has one", async () => {
  const answer = await buildApp({ message: "Good morning" }).inject("/");
  expect(answer.json()).toMatchObject({ message: "Good morning" });
});

test("is healthy", async () => {
  const answer = await buildApp({ message: undefined }).inject("/health");
  expect(answer.json()).toEqual({ status: "ok" });
});
`,
  'test/config.test.ts': `import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

test("has a default for everything", () => {
  expect(readConfig({})).toEqual({ host: "127.0.0.1", port: 3000, message: undefined });
});

test("takes what the environment says", () => {
  expect(readConfig({ HOST: "0.0.0.0", PORT: "8080", MESSAGE: "hi" })).toEqual({
    host: "0.0.0.0",
    port: 8080,
    message: "hi",
  });
});

test.each(["http", "-1", "65536", "80.5"])("refuses the port %s", (PORT) => {
  expect(() => readConfig({ PORT })).toThrow(\`PORT is "\${PORT}", which is no port\`);
});
`,
}

function readme(name: string, description: string): string {
  return `# ${name}

${description}

| variable  | meaning                                   | default     |
| --------- | ----------------------------------------- | ----------- |
| \`HOST\`    | the address to listen on                  | \`127.0.0.1\` |
| \`PORT\`    | the port to listen on; 0 takes a free one | \`3000\`      |
| \`MESSAGE\` | a text for the answer of \`GET /\`          | none        |

\`GET /\` answers with the name and version of this package, \`GET /health\` with \`{"status":"ok"}\`. On SIGTERM it answers
what is under way and ends.

## Work on it

\`\`\`sh
alk install # what it needs
alk run dev # runs src/main.ts, again after every change
alk test    # its tests
alk compile # types and JavaScript, in dist
alk format  # one style
alk lint    # mistakes
alk release # one file with everything in it, Node included
\`\`\`
`
}
