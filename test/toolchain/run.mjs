/**
 * `npm run TASK` comes here: checks that this Node can carry the rest, then hands over to main.mjs.
 * Written in syntax that a much older Node reads, so that it gets a sentence and not a syntax error.
 */
const NODE_MAJOR_MIN = 20
const major = Number(process.versions.node.split('.')[0])

if (major < NODE_MAJOR_MIN) {
  console.error(
    `Alkahest sets itself up with Node ${NODE_MAJOR_MIN} or newer, and this is Node ${process.versions.node}: install a current Node from your package manager or nodejs.org, then run the command again.`,
  )
  process.exitCode = 1
} else {
  void import('./main.mjs').then((program) => program.main(process.argv.slice(2)))
}
