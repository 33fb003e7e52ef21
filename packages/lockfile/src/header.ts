/** The first line of every lockfile of this format. */
export const HEADER = 'alkahest lockfile 1'
