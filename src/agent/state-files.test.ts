import { describe, expect, it } from 'vitest'
import { assignStateFiles } from './state-files.ts'

const A = 'http://a.example/v1/ip'
const B = 'http://b.example/v1/ip'
const found = (file: string, target?: string) => ({ file, target })

describe('state files', () => {
  it('begin with agent.db for the first target and one of its own for each other', () => {
    const [first, second] = assignStateFiles([A, B], [])
    expect(first).toBe('agent.db')
    expect(second).toMatch(/^agent-[0-9a-f]{12}\.db$/)
    expect(assignStateFiles([B, A], [])[1]).not.toBe(second)
  })

  it('stay with their targets, in whatever order these are named', () => {
    const states = [found('agent.db', A), found('agent-b.db', B)]
    expect(assignStateFiles([B, A], states)).toEqual(['agent-b.db', 'agent.db'])
  })

  it('of an old URL serve the new one, so that what waits is not lost', () => {
    expect(assignStateFiles([B], [found('agent.db', A)])).toEqual(['agent.db'])
    expect(assignStateFiles([A], [found('agent.db')])).toEqual(['agent.db'])
  })

  it('of a target that is gone are left alone by one that has its own', () => {
    expect(assignStateFiles([B], [found('agent.db', A), found('agent-b.db', B)])).toEqual(['agent-b.db'])
  })

  it('of the first target are not given to one that is added', () => {
    const [first, second] = assignStateFiles([B, A], [found('agent.db', A)])
    expect(second).toBe('agent.db')
    expect(first).toMatch(/^agent-[0-9a-f]{12}\.db$/)
  })
})
