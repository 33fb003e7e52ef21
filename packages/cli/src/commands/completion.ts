import { UserError, userError } from '@alkahest/core'
import type { CompletionWords } from '@alkahest/ops'
import type { CommandDefinition, Invocation } from '../command.ts'
import { completions } from '../completion.ts'

/** Words with a colon are several to bash: what stands before the last colon is cut off again. */
const BASH = `_alk() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line="\${COMP_LINE:0:COMP_POINT}"
  local words=() IFS=$' \\t\\n'
  read -ra words <<< "$line"
  [[ "$line" == *' ' ]] && words+=("")
  IFS=$'\\n'
  COMPREPLY=($(alk completion words -- "\${words[@]:1}" 2>/dev/null))
  local last="\${words[\${#words[@]}-1]}"
  [[ "$last" == *:* ]] && COMPREPLY=("\${COMPREPLY[@]#"\${last%"\${last##*:}"}"}")
}
complete -o default -F _alk alk
`

const ZSH = `#compdef alk
_alk() {
  local -a candidates
  candidates=("\${(@f)$(alk completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then
    compadd -- "\${candidates[@]}"
  else
    _files
  fi
}
compdef _alk alk
`

export const completionCommand: CommandDefinition = {
  operands: [
    { notation: '<shell>', meaning: 'bash or zsh; words answers what may follow, for the scripts of both' },
    { notation: '[words...]', meaning: 'for words: what stands on the line after alk' },
  ],
  manual: [
    'Prints a script that completes commands, options, scripts, tasks, aliases and members of the workspace.',
    'Have your shell read it when it starts; in zsh after compinit.',
  ],
  options: [],
  examples: [
    { line: 'alk completion bash', meaning: 'source <(alk completion bash) belongs into ~/.bashrc' },
    { line: 'alk completion zsh', meaning: 'source <(alk completion zsh) belongs into ~/.zshrc' },
  ],
  run: async (invocation) => {
    const [shell = '', ...words] = invocation.operands
    const text = await scriptFor(shell, words, invocation)
    return { document: { text }, text: () => text }
  },
}

async function scriptFor(shell: string, words: readonly string[], invocation: Invocation): Promise<string> {
  if (shell === 'bash') return BASH
  if (shell === 'zsh') return ZSH
  if (shell !== 'words') {
    throw userError('USAGE', `there is no completion for ${JSON.stringify(shell)}`, { hint: 'say bash or zsh' })
  }
  const found = await completions(words, {
    commands: invocation.commands,
    project: () => wordsOfProject(invocation),
  })
  return found.map((word) => `${word}\n`).join('')
}

/** Outside of a project, and while its configuration is broken, there are none: a shell has no place for an error. */
async function wordsOfProject({ context, operations }: Invocation): Promise<CompletionWords> {
  try {
    return await operations.completionWords(context)
  } catch (error) {
    if (error instanceof UserError) return { tasks: [], aliases: [], scripts: [], members: [] }
    throw error
  }
}
