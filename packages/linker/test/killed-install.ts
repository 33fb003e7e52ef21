/** A program that installs the world `after` and kills itself before its n-th write. Arguments: root, store, n. */
import { openStore } from '@alkahest/store'
import { after } from './example-worlds.ts'
import { onNthWrite } from './nth-write.ts'
import { installWorld } from './worlds.ts'

const [root = '', directory = '', nth = ''] = process.argv.slice(2)
await using store = openStore({ directory, concurrency: 0 })
onNthWrite(Number(nth), () => process.kill(process.pid, 'SIGKILL'))
await installWorld(after, { root, store })
