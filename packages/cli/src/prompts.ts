/** Questions on the terminal. They are asked on stderr: stdout belongs to the answer of the command. */
import process from 'node:process'
import { confirm, isCancel, password, select, text } from '@clack/prompts'
import type { Prompts } from './world.ts'

export const terminalPrompts: Prompts = {
  text: async (message, proposal) => {
    const proposed = proposal === undefined ? {} : { placeholder: proposal, defaultValue: proposal }
    const validate = (value: string | undefined): string | undefined =>
      proposal === undefined && (value ?? '').trim() === '' ? 'an answer is needed' : undefined
    return answered(await text({ message, output: process.stderr, validate, ...proposed }))
  },
  choose: async (message, choices) => {
    const options = choices.map(({ value, hint }) => ({ value, label: value, hint }))
    return answered(await select({ message, options, output: process.stderr }))
  },
  confirm: async (message) => {
    const answer = await confirm({ message, output: process.stderr })
    return isCancel(answer) ? undefined : answer
  },
  secret: async (message) => answered(await password({ message, output: process.stderr })),
}

function answered(value: string | symbol | undefined): string | undefined {
  return isCancel(value) || typeof value === 'symbol' ? undefined : (value ?? '')
}
