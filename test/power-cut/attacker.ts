/** An address of its own for each number, every third an IPv6 one. */
export function attacker(number: number): string {
  if (number % 3 === 0) return `2001:db8::${(number + 1).toString(16)}`
  return `45.0.${number >> 8}.${number & 255}`
}
