/** Behind the check of alk.cjs: `import()` is syntax that the Nodes which that file refuses cannot read. */
'use strict'

void import('../lib/main.mjs')
