/** Every file of the package `alkahest`, as a value: the launcher, the bundle, the manifest and the papers. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { PackFile } from '@alkahest/protocol'
import { bundle } from './bundle.ts'
import { formatNotices, thirdPartyOf } from './notices.ts'

/** @param root the checkout */
export async function packageFiles(root: string): Promise<readonly PackFile[]> {
  const { files, modules } = await bundle(root)
  const launcher = (name: string): string => readFileSync(path.join(root, 'test', 'pack', 'launcher', name), 'utf8')
  return [
    textFile('package.json', `${JSON.stringify(manifestOf(root), null, 2)}\n`),
    { ...textFile('bin/alk.cjs', launcher('alk.cjs')), executable: true },
    textFile('bin/start.cjs', launcher('start.cjs')),
    ...[...files].map(([name, code]) => textFile(`lib/${name}`, code)),
    ...['README.md', 'LICENSE', 'CHANGELOG.md'].map((name) =>
      textFile(name, readFileSync(path.join(root, name), 'utf8')),
    ),
    textFile('THIRD_PARTY_NOTICES', formatNotices(thirdPartyOf(modules))),
  ]
}

/** No dependency and no script: installing it unpacks it and that is all. */
function manifestOf(root: string): Readonly<Record<string, unknown>> {
  const { version, description, license } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, string>>
  return {
    name: 'alkahest',
    version,
    description,
    keywords: ['package manager', 'resolver', 'registry', 'release', 'typescript'],
    license,
    author: 'The Alkahest authors',
    type: 'module',
    bin: { alk: 'bin/alk.cjs' },
    engines: { node: '>=24' },
  }
}

function textFile(name: string, text: string): PackFile {
  return { path: name, content: Buffer.from(text) }
}
