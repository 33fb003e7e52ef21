/** Whether a person is there to be asked, and asking for a yes. */
import { userError } from '@alkahest/core'
import type { Invocation } from './command.ts'
import type { Prompts, World } from './world.ts'

/** Both ends are terminals, and neither CI nor a program drives the command. */
export function canAsk({ stdin, stderr, env }: World, json: boolean): boolean {
  return !json && stdin.isTTY === true && stderr.isTTY === true && (env.CI ?? '') === ''
}

/** Throws `INTERRUPTED` when the question is not answered. */
export async function confirmed({ world }: Pick<Invocation, 'world'>, question: string): Promise<boolean> {
  return answerTo(world, ({ confirm }) => confirm(question))
}

/** Asks anything. Throws `INTERRUPTED` when it is not answered. */
export async function answerTo<Answer>(
  world: World,
  ask: (prompts: Prompts) => Promise<Answer | undefined>,
): Promise<Answer> {
  const answer = await ask(await world.loadPrompts())
  if (answer === undefined) throw userError('INTERRUPTED', 'interrupted before it was done')
  return answer
}
