import { expect, test } from 'vitest'
import { generatedFiles } from './generated-files.ts'
import { readText } from './workspace.ts'

test.each(Object.entries(generatedFiles()))('%s is fresh', (file, content) => {
  expect(readText(file), `${file} is not what its source says: npm run generate`).toBe(content)
})
