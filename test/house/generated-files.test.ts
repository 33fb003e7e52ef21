/** Committed files that are made from others are fresh. `npm run generate` runs these tests so that they write. */
import { errorCodes } from '@alkahest/core'
import { expect, test } from 'vitest'
import { ERRORS_PAGE, renderErrorsPage } from './errors-page.ts'

test(`${ERRORS_PAGE} is what packages/core/src/error-codes.ts says; npm run generate writes it`, async () => {
  await expect(renderErrorsPage(errorCodes)).toMatchFileSnapshot(`../../${ERRORS_PAGE}`)
})
