/**
 * Our packages and everything third-party, bundled: the installed command has no dependency, so installing it fetches
 * nothing and runs nothing. Split at every `import()`, so that `alk --version` loads one small file.
 *
 * All files lie side by side in `lib/`, because that is how the programs find each other (packages/ops/src/programs.ts).
 */
import path from 'node:path'
import { build } from 'rolldown'
import type { BuildOptions, OutputChunk, Plugin, RolldownOutput } from 'rolldown'

export type Bundle = {
  /** File name in `lib/` to its text. */
  readonly files: ReadonlyMap<string, string>
  /** Every source file that went in, absolute, sorted. */
  readonly modules: readonly string[]
  /** File name in `lib/` to the source files in it. */
  readonly modulesByFile: ReadonlyMap<string, readonly string[]>
}

/** Programs that run in a process of their own. */
const programs = {
  main: 'packages/cli/src/main.ts',
  registry: 'apps/registry/src/main.ts',
}

/** Third-party code that compiles its own functions (fastify's serializers) or imports in a circle, as its authors meant it. */
const HARMLESS = new Set(['CIRCULAR_DEPENDENCY', 'EVAL'])

const OURS = /\/(?:packages|apps)\/[^/]+\/src\//

/** What is answered before the command loads; CommonJS, since Node starts that quickest. */
const QUICK = 'packages/cli/src/quick.ts'

const SUPERVISOR = 'packages/supervisor/src/main.ts'

export async function bundle(root: string): Promise<Bundle> {
  const together = await build({
    ...common(root),
    input: programs,
    plugins: [threadFiles()],
    output: output(),
  })
  // The supervisor travels in users' releases: one file, nothing beside it.
  const alone = await build({
    ...common(root),
    input: { supervisor: SUPERVISOR },
    output: { ...output(), codeSplitting: false },
  })
  const quick = await build({
    ...common(root),
    input: { quick: QUICK },
    output: { ...output(), format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  })
  const chunks = [...chunksOf(together), ...chunksOf(alone), ...chunksOf(quick)]
  const modulesByFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk.moduleIds.filter(isFile)]))
  return {
    files: new Map(chunks.map((chunk) => [chunk.fileName, chunk.code])),
    modules: [...new Set([...modulesByFile.values()].flat())].toSorted(),
    modulesByFile,
  }
}

function common(root: string): BuildOptions & { readonly write: false } {
  return {
    cwd: root,
    platform: 'node',
    write: false,
    // Ours only declare. So a package's table of contents costs nobody what he does not take from it.
    treeshake: { moduleSideEffects: [{ test: OURS, sideEffects: false }] },
    // A warning here is something that would be missing, or behave differently, at a user's.
    onLog(level, log) {
      if (level === 'warn' && !HARMLESS.has(log.code ?? '')) throw new Error(`bundling: ${log.message}`)
    },
  }
}

function output(): NonNullable<Exclude<BuildOptions['output'], readonly unknown[]>> {
  return {
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    // Names stay: a stack trace that a user sends has to say something.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  }
}

/**
 * Threads and small programs are started from files: `new URL('./x.ts', import.meta.url)` becomes an entry of its own
 * under its bundled name.
 */
function threadFiles(): Plugin {
  const file = /new URL\('\.\/([a-z-]+)\.ts', import\.meta\.url\)/g
  return {
    name: 'thread-files',
    transform(code, id) {
      if (id.includes('node_modules')) return undefined
      for (const [, name] of code.matchAll(file)) {
        this.emitFile({ type: 'chunk', id: path.join(path.dirname(id), `${name}.ts`), fileName: `${name}.mjs` })
      }
      return code.replace(file, "new URL('./$1.mjs', import.meta.url)")
    },
  }
}

function chunksOf(built: RolldownOutput): readonly OutputChunk[] {
  return built.output.map((file) => {
    if (file.type === 'asset') throw new Error(`bundling made the asset ${file.fileName}; nothing here loads one`)
    return file
  })
}

/** Rolldown's own runtime has ids that are no paths. */
function isFile(id: string): boolean {
  return path.isAbsolute(id)
}
