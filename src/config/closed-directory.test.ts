import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { closedDirectoryAbove } from './closed-directory.ts'

const LOG = '/home/cowrie/cowrie/var/log/cowrie/cowrie.json'

it.each([
  [['/home/cowrie'], '/home/cowrie'],
  [['/home/cowrie', '/home/cowrie/cowrie'], '/home/cowrie'],
  [['/'], '/'],
  [['/home/cowrie/cowrie/var/log/cowrie'], '/home/cowrie/cowrie/var/log/cowrie'],
  [[LOG, '/home/another'], undefined],
])('of %j names the one to open first', (closed, first) => {
  expect(closedDirectoryAbove(LOG, (directory) => !closed.includes(directory))).toBe(first)
})

it('finds the way to a temporary file free, and that to a missing one too', () => {
  expect(closedDirectoryAbove(join(tmpdir(), 'file'))).toBeUndefined()
  expect(closedDirectoryAbove(join(tmpdir(), 'missing', 'file'))).toBeUndefined()
})
