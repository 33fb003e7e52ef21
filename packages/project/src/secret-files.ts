/** Names of files that usually hold a secret: publishing one is nearly always a mistake. */

const SECRET_NAMES: readonly RegExp[] = [
  /^\.env(?:\..+)?$/, // but see SAFE_NAMES
  /^\.(?:npmrc|yarnrc|netrc|pypirc|htpasswd|git-credentials|pgpass)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/i,
  /^(?:credentials|secrets?)\.(?:json|ya?ml|toml|ini)$/i,
  /^service-account.*\.json$/i,
]

/** Templates of such files, made to be shown. */
const SAFE_NAMES = /\.(?:example|sample|template|dist)$|^\.env\.d\.ts$/i

export function isSecretFile(path: string): boolean {
  const name = path.split('/').at(-1) ?? path
  return !SAFE_NAMES.test(name) && SECRET_NAMES.some((pattern) => pattern.test(name))
}
