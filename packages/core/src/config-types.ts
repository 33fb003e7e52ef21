/**
 * alkahest-env.d.ts: the types of alkahest.config.ts, written beside it, so that editors and `tsc` know them without a
 * dependency. The text is the one description of the configuration's fields: `project` checks what it says and scaffolds
 * bring it along. It is in the formatter's default style, because it stands in other people's projects.
 */
export const configTypesName = 'alkahest-env.d.ts'

export const configTypes: string = `// Written by alk: the types of alkahest.config.ts. Changes here are overwritten.

/** \`export default { ... } satisfies AlkahestConfig\` */
type AlkahestConfig = {
  /** Tasks of this project: \`alk task NAME\`. More of them may stand in tasks/*.ts, each as a default export. */
  tasks?: Record<string, AlkahestTask | AlkahestTask["run"]>;
  /** Names for one command line, for several, or for code. An alias may have the name of a command and wrap it. */
  aliases?: Record<string, string | string[] | ((args: readonly string[]) => unknown)>;
  /** Releases by name: \`alk release NAME\`. */
  releases?: Record<string, AlkahestRelease | (() => AlkahestRelease)>;
  /** Variables by environment (ALK_ENV: dev, test, prod); those that are set already stay. */
  envs?: Record<string, Record<string, string>>;
};

type AlkahestTask = {
  /** One line, shown by \`alk help\`. */
  description?: string;
  options?: Record<string, AlkahestTaskOption>;
  /** Tasks that run before, each once per invocation. */
  needs?: string[];
  /** The environment when ALK_ENV is not set. */
  environment?: string;
  run: (context: AlkahestTaskContext) => unknown;
};

type AlkahestTaskOption = {
  type: "string" | "boolean" | "number";
  description?: string;
  /** One letter. */
  short?: string;
  default?: string | boolean | number;
  choices?: string[];
};

type AlkahestTaskContext = {
  /** Values of the options, by name. */
  options: Record<string, string | boolean | number | undefined>;
  /** What followed the options. */
  args: readonly string[];
  /** The project's folder. */
  directory: string;
  /** dev, test, prod or another. */
  environment: string;
  /** Runs another task, unless it ran already. */
  task: (name: string, args?: readonly string[]) => Promise<unknown>;
  /** Runs a program of node_modules/.bin or PATH; throws when it fails. */
  exec: (command: string, args?: readonly string[]) => Promise<void>;
};

type AlkahestRelease = AlkahestReleaseChild & {
  /** What happens to the others when one child ends. */
  strategy?: "one_for_one" | "one_for_all" | "rest_for_one";
  /** More restarts than this within maxSeconds stop the release. */
  maxRestarts?: number;
  maxSeconds?: number;
  /** Several programs in one release, by name. */
  children?: Record<string, AlkahestReleaseChild>;
  /** Folders whose files are laid over the release. */
  overlays?: string[];
  /** Flags for Node. */
  nodeArgs?: string[];
  /** "assemble" and then "tar", with functions of your own before, between and after. */
  steps?: ("assemble" | "tar" | ((release: never) => unknown))[];
  /** The file of a minisign secret key; \`--key\` and ALKAHEST_RELEASE_KEY go before it. */
  signingKey?: string;
};

type AlkahestReleaseChild = {
  /** The member of the workspace whose program it is, by folder or name; this package when absent. */
  member?: string;
  /** The compiled file to run; the package's own entry when absent. */
  entry?: string;
  instances?: number;
  restart?: "permanent" | "transient" | "temporary";
  /** When it counts as ready. */
  ready?: "listening" | "started" | "message";
  readyMs?: number;
  shutdownMs?: number;
  /** So long its event loop may stand still; 0: for ever. */
  watchdogMs?: number;
  /** It is replaced when it has more resident memory; 0: no limit. */
  memoryMaxMb?: number;
  /** A path that must answer 2xx. */
  health?: string;
  env?: Record<string, string>;
};
`
