/** Every committed file that is made from another one: its path and what must stand in it. */
import { errorCodes } from '@alkahest/core'
import { ERRORS_PAGE, renderErrorsPage } from './errors-page.ts'

export function generatedFiles(): Readonly<Record<string, string>> {
  return { [ERRORS_PAGE]: renderErrorsPage(errorCodes) }
}
