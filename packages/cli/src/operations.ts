/** What the commands need of `ops`: its operations as one value, so that tests of the rendering supply their own. */
import type * as ops from '@alkahest/ops'

export type Operations = Omit<typeof ops, 'alkahestVersion'>
