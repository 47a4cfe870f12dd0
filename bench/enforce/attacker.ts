/** Sends a packet every 5 ms from each address it is told, and notes which of them were answered. */
import { createSocket, type Socket } from 'node:dgram'
import type { Ask, Sent, Tell } from './messages.ts'
import { VICTIM } from './place.ts'

const EVERY_MS = 5

interface Attack {
  readonly socket: Socket
  readonly timer: NodeJS.Timeout
  /** When packets were sent, epoch milliseconds. */
  readonly sentAtMs: number[]
  lastAnswered: number
}

const attacks = new Map<string, Attack>()

process.on('message', ({ kind, address }: Ask) => {
  if (kind === 'begin') begin(address)
  else tell(address, kind === 'end')
})
process.on('disconnect', () => process.exit())

function begin(address: string): void {
  const socket = createSocket('udp4')
  socket.bind(0, address, () => {
    const sentAtMs: number[] = []
    const timer = setInterval(() => {
      socket.send(String(sentAtMs.length), VICTIM.port, VICTIM.address)
      sentAtMs.push(performance.timeOrigin + performance.now())
    }, EVERY_MS)
    const attack: Attack = { socket, timer, sentAtMs, lastAnswered: -1 }
    socket.on('message', (text) => {
      attack.lastAnswered = Math.max(attack.lastAnswered, Number(text))
    })
    attacks.set(address, attack)
  })
}

function tell(address: string, isEnd: boolean): void {
  const attack = attacks.get(address)
  const sent: Sent = {
    count: attack?.sentAtMs.length ?? 0,
    lastAnswered: attack?.lastAnswered ?? -1,
    firstDroppedAtMs: attack?.sentAtMs[attack.lastAnswered + 1],
  }
  const answer: Tell = { address, sent }
  process.send?.(answer)
  if (!isEnd || attack === undefined) return
  clearInterval(attack.timer)
  attack.socket.close()
  attacks.delete(address)
}
