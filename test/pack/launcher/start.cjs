/** Behind the check of alk.cjs: what follows is younger than the Nodes which that file refuses. */
'use strict'

if (!require('../lib/quick.cjs').answerQuickly(process.argv.slice(2))) void import('../lib/main.mjs')
