/** Debian's rebar3 and Erlang in a project of a test's own: its own home, its own caches, nothing of the machine's. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { HexPackage } from '../../apps/registry/test/hex/hex-tarballs.ts'

export const REBAR3 = '/usr/bin/rebar3'

/** Whether this machine has it: without it the tests of this file are skipped. */
export function hasRebar3(): boolean {
  return existsSync(REBAR3) && existsSync('/usr/bin/erl')
}

/** An OTP library that compiles. */
export function otpLibrary(
  name: string,
  version: string,
  requirements: Readonly<Record<string, string>> = {},
): HexPackage {
  const applications = ['kernel', 'stdlib', ...Object.keys(requirements)].join(', ')
  return {
    name,
    version,
    requirements,
    files: {
      [`src/${name}.app.src`]: `{application, ${name}, [{description, "x"}, {vsn, "${version}"}, {registered, []}, {applications, [${applications}]}]}.\n`,
      [`src/${name}.erl`]: `-module(${name}).\n-export([version/0]).\nversion() -> "${version}".\n`,
      'rebar.config': '{deps, []}.\n',
    },
  }
}

export type RebarProject = {
  readonly folder: string
  readonly home: string
  /** What the repository is called, and where it is. */
  readonly repository: string
  readonly url: string
  readonly publicKey: string
  readonly key?: string
  readonly api?: string
  /** Erlang terms. */
  readonly deps: readonly string[]
}

export async function writeRebarProject(project: RebarProject): Promise<void> {
  const { folder, repository, url, publicKey, key, api, deps } = project
  const fields = [
    `name => <<"${repository}">>`,
    `repo_url => <<"${url}">>`,
    `repo_public_key => <<"${publicKey.trim()}\n">>`,
    ...(key === undefined ? [] : [`repo_key => <<"${key}">>`]),
    ...(api === undefined ? [] : [`api_url => <<"${api}">>`, 'api_repository => undefined']),
  ]
  await mkdir(path.join(folder, 'src'), { recursive: true })
  await mkdir(path.join(project.home, '.config/rebar3'), { recursive: true })
  // Where rebar3 reads repositories from for commands that need no project as well.
  await writeFile(
    path.join(project.home, '.config/rebar3/rebar.config'),
    `{hex, [{repos, replace, [#{${fields.join(', ')}}]}]}.\n{plugins, []}.\n`,
  )
  await writeFile(path.join(folder, 'rebar.config'), `{deps, [${deps.join(', ')}]}.\n`)
  await writeFile(
    path.join(folder, 'src/app.app.src'),
    '{application, app, [{description, "x"}, {vsn, "0.1.0"}, {registered, []}, {applications, [kernel, stdlib]}]}.\n',
  )
}

export type Ran = { readonly code: number | null; readonly output: string }

export function rebar3(project: Pick<RebarProject, 'folder' | 'home'>, ...args: readonly string[]): Promise<Ran> {
  return runProgram(REBAR3, args, project)
}

/** Standard output and standard error together, as a person sees them. */
export function runProgram(
  program: string,
  args: readonly string[],
  { folder, home }: Pick<RebarProject, 'folder' | 'home'>,
): Promise<Ran> {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
  }
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, output })
    })
  })
}

/** Forgets what was fetched and cached, so that the next command asks the registry. */
export async function forgetFetched({ folder, home }: Pick<RebarProject, 'folder' | 'home'>): Promise<void> {
  await rm(path.join(folder, '_build'), { recursive: true, force: true })
  await rm(path.join(home, '.cache'), { recursive: true, force: true })
}
