/** Behind the check of alk.cjs: what follows is younger than the Nodes which that file refuses. */
'use strict'

const answer = require('../lib/quick.cjs').quickAnswer(process.argv.slice(2))
if (answer === undefined) void import('../lib/main.mjs')
else print(answer)

/** Without `process.stdout`, whose first use takes longer than the answer. */
function print(text) {
  try {
    require('node:fs').writeSync(1, text)
  } catch (cause) {
    if (cause.code === 'EAGAIN') process.stdout.write(text)
    else if (cause.code !== 'EPIPE') throw cause // a reader that has gone wants no answer
  }
}
