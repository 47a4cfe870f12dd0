/** What the attacker is asked. */
export interface Ask {
  readonly kind: 'begin' | 'look' | 'end'
  readonly address: string
}

/** How the packets of one address fared. */
export interface Sent {
  readonly count: number
  /** Number of the newest packet that was answered; -1: none. */
  readonly lastAnswered: number
  /** When the one after it was sent, epoch milliseconds. */
  readonly firstDroppedAtMs: number | undefined
}

export interface Tell {
  readonly address: string
  readonly sent: Sent
}
