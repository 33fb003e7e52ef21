/** What git said, as one of our own errors: private, gone, or anything else in its own words. */
import { userError } from '@alkahest/core'
import { shownAddress } from './address.ts'

/** Servers say of a private repository that there is none: only its owner learns more. */
const NO_ACCESS =
  /authentication failed|could not read (?:username|password)|permission denied|access denied|repository not found|does not appear to be a git repository|not found$|returned error: 40[134]|host key verification failed/im

/** `url` could not be read, with git's words. */
export function gitFailure(url: string, stderr: string): Error {
  const shown = shownAddress(url)
  const said = firstLine(stderr.replaceAll(url, shown))
  if (NO_ACCESS.test(stderr)) {
    return userError('GIT_ACCESS_DENIED', `${shown} is private, or there is no such repository: ${said}`, {
      hint: `look whether \`git ls-remote ${shown}\` works here; git's own credentials and keys are used, and nothing is asked`,
    })
  }
  return userError('GIT_FAILED', `${shown} could not be read: ${said}`, {
    hint: `look whether \`git ls-remote ${shown}\` works here`,
  })
}

/** The line that says most: git's last words are advice. */
function firstLine(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const telling =
    lines.find((line) => /^(?:fatal|error|remote: error):/i.test(line)) ?? lines.find((line) => line !== '')
  return (telling ?? 'git said nothing').replace(/^(?:fatal|error|remote: error): */i, '')
}
