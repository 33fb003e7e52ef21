/** Folders outside any project, for whom comes before everything else is loaded. */
export { makeFolder } from '@alkahest/store/make-folder'
