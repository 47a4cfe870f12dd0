/** Runs work to its end. @param onTurn what happens wherever it lets others have their turn */
export function complete<Result>(
  work: Generator<void, Result>,
  onTurn: () => void = () => undefined,
): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    onTurn()
  }
}
