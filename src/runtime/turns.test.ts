import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

describe('work that takes turns', () => {
  it('runs in the order in which it came, so much in each turn of the event loop', async () => {
    const turns = new Turns(10)
    const done: string[] = []
    const work = ['a', 'b', 'c', 'd', 'e'].map((name) => turns.admit(5).then(() => done.push(name)))
    await Promise.resolve()
    await Promise.resolve()
    expect(done).toEqual(['a', 'b'])
    await nextTurn()
    expect(done).toEqual(['a', 'b', 'c', 'd'])
    await Promise.all(work)
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('is admitted alone when it is too heavy for a turn', async () => {
    const turns = new Turns(10)
    const done: string[] = []
    const work = [
      turns.admit(1000).then(() => done.push('heavy')),
      turns.admit(1).then(() => done.push('light')),
    ]
    await Promise.resolve()
    await Promise.resolve()
    expect(done).toEqual(['heavy'])
    await Promise.all(work)
    expect(done).toEqual(['heavy', 'light'])
  })

  it('waits for nothing when turns have passed without any', async () => {
    const turns = new Turns(1)
    await turns.admit(1)
    await nextTurn()
    await nextTurn()
    const order: string[] = []
    const immediate = nextTurn().then(() => order.push('next turn'))
    await turns.admit(1).then(() => order.push('work'))
    await immediate
    expect(order).toEqual(['work', 'next turn'])
  })
})
