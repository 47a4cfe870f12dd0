import { delimiter } from 'node:path'
import { Command } from 'commander'
import { afterEach, describe, expect, it } from 'vitest'
import {
  integerBetween,
  option,
  prepareEnvironment,
  repeatableOption,
  splitEnvironmentLists,
} from './options.ts'

const VARIABLES = ['HONEYJAM_SOME_SWITCH', 'HONEYJAM_SOME_VALUE', 'HONEYJAM_SOME_LIST']
afterEach(() => {
  for (const name of VARIABLES) delete process.env[name]
})

function parse(words: readonly string[], environment: Record<string, string>): Record<string, unknown> {
  Object.assign(process.env, environment)
  const command = new Command('test')
    .addOption(option('--some-switch', ''))
    .addOption(option('--some-value <text>', ''))
    .addOption(repeatableOption('--some-list <file>', ''))
  prepareEnvironment([command], process.env)
  command.parse(words, { from: 'user' })
  splitEnvironmentLists(command)
  return command.opts()
}

describe('the environment', () => {
  it('sets what the command line does not', () => {
    expect(parse([], { HONEYJAM_SOME_VALUE: 'a' })).toEqual({ someValue: 'a' })
    expect(parse(['--some-value', 'b'], { HONEYJAM_SOME_VALUE: 'a' })).toEqual({ someValue: 'b' })
  })

  it('counts an empty variable as absent', () => {
    expect(parse([], { HONEYJAM_SOME_VALUE: '', HONEYJAM_SOME_SWITCH: '', HONEYJAM_SOME_LIST: '' })).toEqual(
      {},
    )
  })

  it.each(['1', 'yes', 'True', 'ON'])('switches on with %s', (word) => {
    expect(parse([], { HONEYJAM_SOME_SWITCH: word })).toEqual({ someSwitch: true })
  })

  it.each(['0', 'no', 'False', 'OFF'])('leaves off with %s', (word) => {
    expect(parse([], { HONEYJAM_SOME_SWITCH: word })).toEqual({})
  })

  it('refuses a switch that is neither', () => {
    expect(() => parse([], { HONEYJAM_SOME_SWITCH: 'maybe' })).toThrow('HONEYJAM_SOME_SWITCH is "maybe"')
  })

  it('holds a list as PATH does; the command line repeats the option', () => {
    const list = { HONEYJAM_SOME_LIST: `/a b${delimiter}/c` }
    expect(parse([], list)).toEqual({ someList: ['/a b', '/c'] })
    expect(parse(['--some-list', `/d${delimiter}e`, '--some-list', '/f'], list)).toEqual({
      someList: [`/d${delimiter}e`, '/f'],
    })
  })
})

it.each(['', '-1', '1.5', '0x10', '1e3', ' 5', '65536', '99999999999999999999'])(
  'refuses %j as a port',
  (text) => {
    expect(() => integerBetween(0, 65_535)(text)).toThrow('whole number from 0 to 65535')
  },
)
