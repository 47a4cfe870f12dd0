import { expect, it } from 'vitest'
import { commandName } from './command-name.ts'

it.each([
  ['/usr/local/bin/honeyjam', '/home/kim', 'honeyjam'],
  ['/home/kim/honeyjam/bin/honeyjam.js', '/home/kim/honeyjam', './bin/honeyjam.js'],
  ['/home/kim/honeyjam/bin/honeyjam.js', '/tmp', '/home/kim/honeyjam/bin/honeyjam.js'],
])('%s from %s is %s', (launcher, workingDirectory, name) => {
  expect(commandName(launcher, workingDirectory)).toBe(name)
})
