/** Decides what of all that was not synced a power cut leaves. */
export interface Luck {
  /** Whether one change of a directory is kept. */
  keeps(): boolean
  /** Which of the states that a part of a file went through stands on the disk: 0 the oldest, `newest` the last. */
  state(newest: number): number
  /** Whether the part that was being written when the power went holds anything but what was written. */
  garbles(): boolean
  byte(): number
}

/** Nothing of it has reached the disk. */
export const NOTHING_KEPT: Luck = {
  keeps: () => false,
  state: () => 0,
  garbles: () => false,
  byte: () => 0,
}

/** The disk has written everything already, unasked. */
export const ALL_KEPT: Luck = { ...NOTHING_KEPT, keeps: () => true, state: (newest) => newest }

const GARBLED = 0.03

/** Some of it, in any order. */
export function randomLuck(random: () => number): Luck {
  // some disks have nearly all of it, others hardly any
  const share = random()
  const keeps = () => random() < share
  return {
    keeps,
    state: (newest) => {
      if (random() < 0.2) return Math.floor(random() * (newest + 1))
      return keeps() ? newest : 0
    },
    garbles: () => random() < GARBLED,
    byte: () => Math.floor(random() * 256),
  }
}
