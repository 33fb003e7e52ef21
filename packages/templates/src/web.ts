/**
 * The web application: the server renders whole pages, so that they work without JavaScript; a client, built by Vite,
 * adds to them. In development Vite serves the client itself, from its sources.
 */
import { jsonFile } from './file-tree.ts'
import type { FileTree } from './file-tree.ts'
import { compilerFiles, releaseFiles, rootFields, rootFiles, toolScripts } from './project-files.ts'
import type { TemplateAnswers } from './answers.ts'
import { libraryVersions, toolVersions } from './versions.ts'

export function renderWeb({ name, description = 'A web application.', member }: TemplateAnswers): FileTree {
  const fields = rootFields(member)
  return {
    ...compilerFiles({ ...(member && { member }) }),
    ...rootFiles(member),
    ...releaseFiles(name),
    ...server,
    ...client(member === undefined ? '..' : `../${member.toRoot}`, member !== undefined),
    ...tests,
    'package.json': jsonFile({
      name,
      version: '0.1.0',
      private: true,
      description,
      files: ['dist', '!**/*.tsbuildinfo'],
      type: 'module',
      main: './dist/main.js',
      scripts: {
        ...toolScripts(member, 'tsc -b . client test && vite build'),
        dev: 'node --watch-path=src src/main.ts --dev',
        postcompile: 'vite build',
        start: 'node dist/main.js',
      },
      dependencies: { '@fastify/static': libraryVersions['@fastify/static'], fastify: libraryVersions.fastify },
      ...(member === undefined ? {} : { devDependencies: { vite: toolVersions.vite } }),
      ...fields,
    }),
    'README.md': readme(name, description),
  }
}

const server: FileTree = {
  'src/config.ts': `/** What the application is told by its environment: read once, checked before it listens. */
export type Config = {
  readonly host: string;
  readonly port: number;
};

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const text = environment.PORT || "3000";
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(\`PORT is \${JSON.stringify(text)}, which is no port\`);
  }
  return { host: environment.HOST || "127.0.0.1", port };
}
`,
  'src/html.ts': `/** HTML by template literals: every value is escaped unless it is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Value = string | number | Html;

export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(render)));
}

function render(value: Value): string {
  return value instanceof Html ? value.text : escape(String(value));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
`,
  'src/client-assets.ts': `/** Where the client's files are: Vite's own in development, the built ones otherwise. */
import { readFileSync } from "node:fs";

export type ClientAssets = {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
};

export const developmentAssets: ClientAssets = {
  scripts: ["/@vite/client", "/client/main.ts"],
  styles: [],
};

/** Made by \`vite build\`, beside the compiled server. */
export const builtClient: URL = new URL("../dist/client/", import.meta.url);

type Manifest = Readonly<Record<string, Entry>>;
type Entry = { readonly file: string; readonly css?: readonly string[] };

export function readBuiltAssets(folder: URL = builtClient): ClientAssets {
  const text = readFileSync(new URL(".vite/manifest.json", folder), "utf8");
  const entry = (JSON.parse(text) as Manifest)["client/main.ts"];
  if (entry === undefined) throw new Error("the built client has no client/main.ts");
  return { scripts: [\`/\${entry.file}\`], styles: (entry.css ?? []).map((file) => \`/\${file}\`) };
}
`,
  'src/page.ts': `/** The pages, as functions from what they show to HTML. */
import type { ClientAssets } from "./client-assets.ts";
import { Html, markup } from "./html.ts";

export type Page = { readonly title: string; readonly body: Html };

export function homePage(name: string): Page {
  const body = markup\`<h1>Hello, \${name}!</h1>
    <form method="get" action="/">
      <label>Your name <input name="name" value="\${name}" /></label>
      <button>Greet</button>
    </form>
    <p>Rendered by the server<span id="client"></span>.</p>\`;
  return { title: "Hello", body };
}

export function renderPage(page: Page, assets: ClientAssets): string {
  const styles = assets.styles.map((file) => markup\`<link rel="stylesheet" href="\${file}" />\`);
  const scripts = assets.scripts.map(
    (file) => markup\`<script type="module" src="\${file}"></script>\`,
  );
  const head = [...styles, ...scripts].map((tag) => tag.text).join("\\n    ");
  return markup\`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>\${page.title}</title>
    \${new Html(head)}
  </head>
  <body>
    \${page.body}
  </body>
</html>
\`.text;
}
`,
  'src/app.ts': `/** The application without its socket: what it answers. */
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { builtClient } from "./client-assets.ts";
import type { ClientAssets } from "./client-assets.ts";
import { homePage, renderPage } from "./page.ts";

export type AppOptions = {
  readonly assets: ClientAssets;
  /** Whether the built client is served; in development Vite does it. */
  readonly serveClient?: boolean;
  readonly logger?: boolean;
};

export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({ logger: options.logger ?? false });
  if (options.serveClient) {
    await app.register(fastifyStatic, {
      root: fileURLToPath(builtClient),
      index: false,
      wildcard: false,
      immutable: true,
      maxAge: "1y",
    });
  }
  const home = { schema: { querystring: homeQuery } };
  app.get<{ Querystring: { name?: string } }>("/", home, (request, reply) => {
    const page = homePage(request.query.name || "world");
    return reply.type("text/html; charset=utf-8").send(renderPage(page, options.assets));
  });
  app.get("/health", () => ({ status: "ok" }));
  return app;
}

const homeQuery = {
  type: "object",
  properties: { name: { type: "string", maxLength: 100 } },
} as const;
`,
  'src/main.ts': `/** Listens, and stops when it is asked to: requests in flight are answered first. */
import { buildApp } from "./app.ts";
import { developmentAssets, readBuiltAssets } from "./client-assets.ts";
import { readConfig } from "./config.ts";

const isDevelopment = process.argv.includes("--dev");
const config = readConfig(process.env);
const assets = isDevelopment ? developmentAssets : readBuiltAssets();
const app = await buildApp({ assets, serveClient: !isDevelopment, logger: true });
if (isDevelopment) {
  const { createServer } = await import("vite");
  const vite = await createServer({ server: { middlewareMode: true }, appType: "custom" });
  app.addHook("onRequest", (request, reply, done) =>
    vite.middlewares(request.raw, reply.raw, () => done()),
  );
  app.addHook("onClose", () => vite.close());
}
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void app.close());
}
await app.listen({ host: config.host, port: config.port });
`,
}

function client(toModules: string, isMember: boolean): FileTree {
  const base = isMember ? toModules : ''
  return {
    'vite.config.ts': `import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "dist/client",
    manifest: true,
    rolldownOptions: { input: "client/main.ts" },
  },
  publicDir: false,
});
`,
    'client/main.ts': `/** Runs in the browser; the page works without it. */
import "./style.css";

export function decorate(page: Document): void {
  const place = page.querySelector("#client");
  if (place) place.textContent = ", and awake in the browser";
}

decorate(document);
`,
    'client/style.css': `:root {
  color-scheme: light dark;
  font-family: system-ui, sans-serif;
}

body {
  margin: 4rem auto;
  max-width: 40rem;
  padding: 0 1rem;
}
`,
    'client/tsconfig.json': `{
  "extends": "${isMember ? `${base}/tsconfig.base.json` : '../tsconfig.json'}",
  "compilerOptions": {
    "lib": ["es2024", "dom", "dom.iterable"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "types": ["vite/client"],
    "rootDir": ".",
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "rewriteRelativeImportExtensions": false,
    "isolatedDeclarations": false,
    "tsBuildInfoFile": "../dist/client.tsbuildinfo"
  },
  "include": ["."]
}
`,
  }
}

const tests: FileTree = {
  'test/app.test.ts': `import { expect, test } from "vitest";
import { buildApp } from "../src/app.ts";

const assets = { scripts: ["/assets/main.js"], styles: ["/assets/main.css"] };

test("greets, in a whole page with its client", async () => {
  const answer = await (await buildApp({ assets })).inject("/?name=Ada");
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.body).toContain("<h1>Hello, Ada!</h1>");
  expect(answer.body).toContain('<script type="module" src="/assets/main.js"></script>');
});

test("what a visitor types is text, never markup", async () => {
  const answer = await (await buildApp({ assets })).inject({ url: "/", query: { name: "<b>'\\"" } });
  expect(answer.body).toContain("Hello, &lt;b&gt;&#39;&quot;!");
  expect(answer.body).not.toContain("<b>");
});

test("a name that is too long is refused", async () => {
  const answer = await (await buildApp({ assets })).inject(\`/?name=\${"x".repeat(101)}\`);
  expect(answer.statusCode).toBe(400);
});

test("is healthy", async () => {
  expect((await (await buildApp({ assets })).inject("/health")).json()).toEqual({ status: "ok" });
});
`,
}

function readme(name: string, description: string): string {
  return `# ${name}

${description}

The server (\`src\`) renders whole pages; the client (\`client\`) is built by Vite and adds to them.

| variable | meaning                                   | default     |
| -------- | ----------------------------------------- | ----------- |
| \`HOST\`   | the address to listen on                  | \`127.0.0.1\` |
| \`PORT\`   | the port to listen on; 0 takes a free one | \`3000\`      |

## Work on it

\`\`\`sh
alk install # what it needs
alk run dev # server and client, again after every change
alk test    # its tests
alk compile # server and client, in dist
alk format  # one style
alk lint    # mistakes
alk release # one file with everything in it, Node included
\`\`\`
`
}
