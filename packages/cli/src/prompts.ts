/** Questions on the terminal. They are asked on stderr: stdout belongs to the answer of the command. */
import process from 'node:process'
import { isCancel, password, text } from '@clack/prompts'
import type { Prompts } from './world.ts'

export const terminalPrompts: Prompts = {
  text: async (message) => answered(await text({ message, output: process.stderr })),
  secret: async (message) => answered(await password({ message, output: process.stderr })),
}

function answered(value: string | symbol | undefined): string | undefined {
  return isCancel(value) || typeof value === 'symbol' ? undefined : (value ?? '')
}
