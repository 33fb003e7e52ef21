/** A program that puts ever new packages into the store of its argument, until it is killed; says when it has put ten. */
import { packTarball } from '@alkahest/protocol'
import { openStore } from '../src/index.ts'

const store = openStore({ directory: process.argv[2] ?? '', concurrency: 0 })
for (let number = 0; ; number++) {
  const files = Array.from({ length: 50 }, (_, index) => ({ path: `f${index}.js`, content: Buffer.from(`${number}`) }))
  const manifest = { path: 'package.json', content: Buffer.from(`{"name":"a","version":"1.0.${number}"}`) }
  const { integrity, bytes } = packTarball([manifest, ...files])
  await store.put({ integrity, what: `a@1.0.${number}`, tarball: bytes })
  if (number === 9) process.stdout.write('ten\n')
}
