import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Context } from './context.ts'
import { createOutput } from './output.ts'
import { createProgram, leafCommands } from './program.ts'

const PAGE = fileURLToPath(new URL('../../docs/reference/command-line.md', import.meta.url))
/** A heading `## honeyjam NAME`, then the help in a block. */
const HELP_BLOCK = /(^## `honeyjam ([a-z -]+)`\n(?:(?!^## )[^\n]*\n)*?```text\n)(.*?)(^```$)/gms

const context: Context = {
  environment: {},
  output: createOutput(process.stdout, process.stderr),
  version: '0.0.0',
  commandName: 'honeyjam',
  defaultDataDirectory: '/data',
}

async function helpOf(words: readonly string[]): Promise<string> {
  let help = ''
  const program = createProgram(context)
  const everyCommand = [program, ...program.commands, ...leafCommands(program)]
  for (const command of everyCommand) command.configureOutput({ writeOut: (text) => (help += text) })
  await program.parseAsync([...words, '--help'], { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error
  })
  return help
}

describe('docs/reference/command-line.md', () => {
  const page = readFileSync(PAGE, 'utf8')
  const blocks = [...page.matchAll(HELP_BLOCK)]

  it('has a section for each command', () => {
    const names = leafCommands(createProgram(context)).map((command) =>
      command.parent?.name() === 'honeyjam' ? command.name() : `${command.parent?.name()} ${command.name()}`,
    )
    expect(blocks.map((block) => block[2])).toEqual(names)
  })

  it('shows the help as the program prints it (vitest -u writes it anew)', async () => {
    const helpByName = new Map<string, string>()
    for (const [, , name = ''] of blocks) helpByName.set(name, await helpOf(name.split(' ')))
    const written = page.replaceAll(
      HELP_BLOCK,
      (_, head: string, name: string, __, tail: string) => `${head}${helpByName.get(name)}${tail}`,
    )
    await expect(written).toMatchFileSnapshot(PAGE)
  })
})

describe('the help of each command', () => {
  const paths = leafCommands(createProgram(context)).map((command) =>
    command.parent?.name() === 'honeyjam' ? [command.name()] : [command.parent?.name() ?? '', command.name()],
  )

  it.each(paths.map((path) => [path.join(' '), path] as const))(
    '%s: summary, examples, exit codes',
    async (_, path) => {
      const help = await helpOf(path)
      expect(help).toContain(`Usage: honeyjam ${path.join(' ')}`)
      expect(help.match(/^ {2}honeyjam .+\n {6}\S/gm)?.length).toBeGreaterThanOrEqual(2)
      expect(help).toContain('Exit codes:')
      for (const line of help.split('\n').slice(0, -20)) expect(line.length).toBeLessThanOrEqual(80)
    },
  )

  it.each(paths.map((path) => [path.join(' '), path] as const))(
    '%s: its examples are valid lines',
    async (_, path) => {
      const lines = (await helpOf(path)).match(/^ {2}honeyjam (.+)$/gm) ?? []
      for (const line of lines) {
        const words = line
          .trim()
          .split(' ')
          .slice(1)
          .map((word) => word.replaceAll("'", ''))
        const program = createProgram(context)
        const taken: string[] = []
        for (const command of leafCommands(program)) command.action(() => void taken.push(command.name()))
        await program.parseAsync(words, { from: 'user' })
        expect(taken).toEqual([path.at(-1)])
      }
    },
  )
})
