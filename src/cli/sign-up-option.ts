import type { Command } from 'commander'
import type { ApiSettings } from '../api/index.ts'
import { option } from './options.ts'

/** Whether strangers may make accounts of their own. */
export type SignUpOptions = Pick<ApiSettings, 'signUp'>

const WHO = ['off', 'invited', 'open'] as const satisfies readonly ApiSettings['signUp'][]

export function addSignUpOption(command: Command): Command {
  return command.addOption(
    option('--sign-up <who>', 'who may make an account: nobody, the invited, or everybody')
      .choices(WHO)
      .default('off'),
  )
}
