/** The lines that make a package a dependency, for each tool: to be pasted. */
import { isPrereleaseVersion } from './formats/hex-version.ts'

/** What Hex clients call the repository that they know without being told. */
const KNOWN_REPOSITORY = 'hexpm'

export type ConfigLinesOf = {
  readonly repository: string
  readonly name: string
  readonly version: string
  /** The OTP application, when it is called otherwise than the package. */
  readonly app?: string | undefined
}

/**
 * `~> 1.2` for what is stable, `~> 0.2.3` before that, the version itself for what is not released. mix names the repository in each line; for
 * rebar3 and gleam it is set for the whole project.
 *
 * @param main the main repository's name
 */
export function configsOf({ repository, name, version, app }: ConfigLinesOf, main: string): Record<string, string> {
  const [major = '0', minor = '0', patch = '0'] = version.split(/[.+-]/)
  const stable = major === '0' ? `~> 0.${minor}.${patch}` : `~> ${major}.${minor}`
  const requirement = isPrereleaseVersion(version) ? `~> ${version}` : stable
  const renamed = app !== undefined && app !== name
  const options = [...(renamed ? [`hex: :${name}`] : []), ...mixRepository(repository, main)]
  return {
    'mix.exs': `{:${[renamed ? app : name, `"${requirement}"`, ...options].join(', ')}}`,
    'rebar.config': renamed ? `{${app}, "${version}", {pkg, ${name}}}` : `{${name}, "${version}"}`,
    'erlang.mk': renamed ? `dep_${app} = hex ${version} ${name}` : `dep_${name} = hex ${version}`,
    'gleam.toml': `${name} = ">= ${version} and < ${Number(major) + 1}.0.0"`,
  }
}

/** An organisation's repository is called by both names. */
function mixRepository(repository: string, main: string): readonly string[] {
  if (main === KNOWN_REPOSITORY) return repository === main ? [] : [`organization: "${repository}"`]
  return [`repo: "${repository === main ? main : `${main}:${repository}`}"`]
}

/** What mix is told once. Who takes the place of the public repository is set in it; every other is added beside it. */
export function mixRepositoryLine(of: {
  /** With a trailing slash. */
  readonly baseUrl: string
  readonly main: string
  readonly fingerprint: string
}): string {
  const url = `${of.baseUrl}repo`
  return of.main === KNOWN_REPOSITORY
    ? `curl -o key.pem ${url}/public_key\nmix hex.repo set ${of.main} --url ${url} --public-key key.pem`
    : `mix hex.repo add ${of.main} ${url} --fetch-public-key ${of.fingerprint}`
}
