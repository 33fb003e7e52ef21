#!/usr/bin/env node
/**
 * The packed command's first file: any Node of the last ten years can read it, so that one that is too old for the rest
 * gets a sentence instead of a syntax error. The same words stand in packages/cli/src/main.ts; a test compares them.
 */
'use strict'

var NODE_MAJOR_MIN = 24
var version = process.versions.node

if (Number(version.split('.')[0]) >= NODE_MAJOR_MIN) {
  require('./start.cjs')
} else {
  var message = 'alk needs Node ' + NODE_MAJOR_MIN + ' or newer, and this is Node ' + version
  var hint = 'install Node ' + NODE_MAJOR_MIN + ' (nodejs.org, or your version manager) and run the command again'
  if (process.argv.indexOf('--json') === -1) {
    process.stderr.write('error NODE_TOO_OLD ' + message + '\n\nhint: ' + hint + '\n')
  } else {
    process.stdout.write(
      JSON.stringify({ ok: false, error: { code: 'NODE_TOO_OLD', message: message, hint: hint } }) + '\n',
    )
  }
  process.exitCode = 1
}
