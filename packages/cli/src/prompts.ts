/** Questions on the terminal. They are asked on stderr: stdout belongs to the answer of the command. */
import process from 'node:process'
import { confirm, isCancel, password, text } from '@clack/prompts'
import type { Prompts } from './world.ts'

export const terminalPrompts: Prompts = {
  text: async (message) => answered(await text({ message, output: process.stderr })),
  confirm: async (message) => {
    const answer = await confirm({ message, output: process.stderr })
    return isCancel(answer) ? undefined : answer
  },
  secret: async (message) => answered(await password({ message, output: process.stderr })),
}

function answered(value: string | symbol | undefined): string | undefined {
  return isCancel(value) || typeof value === 'symbol' ? undefined : (value ?? '')
}
