/** `npm run generate` writes every file that is made from another one; a test keeps them fresh. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { generatedFiles } from './generated-files.ts'
import { root } from './workspace.ts'

for (const [file, content] of Object.entries(generatedFiles())) {
  writeFileSync(path.join(root, file), content)
  console.log(`wrote ${file}`)
}
