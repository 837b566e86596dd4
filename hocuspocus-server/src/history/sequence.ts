/** Beyond so many differences the rest counts as different: finding the shortest way would take too long. */
const MAX_DIFFERENCES = 1_500

/** Which elements of two sequences are the same, in order: the longest common subsequence by Myers' algorithm. */
export function matches(before: string[], after: string[]): [before: number, after: number][] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const middle = shortestPath(before.slice(start, before.length - end), after.slice(start, after.length - end))
  const pairs: [number, number][] = []
  for (let index = 0; index < start; index++) pairs.push([index, index])
  for (const [one, other] of middle) pairs.push([one + start, other + start])
  for (let index = end; index > 0; index--) pairs.push([before.length - index, after.length - index])
  return pairs
}

function shortestPath(before: string[], after: string[]): [number, number][] {
  if (before.length === 0 || after.length === 0) return []
  const longest = Math.min(before.length + after.length, MAX_DIFFERENCES)
  /** For each number of differences: how far each diagonal reaches in `before`. */
  const reached: Int32Array[] = []
  let furthest = new Int32Array(2 * longest + 3)
  const at = (diagonal: number) => diagonal + longest + 1
  for (let differences = 0; differences <= longest; differences++) {
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      const isDown =
        diagonal === -differences || (diagonal !== differences && reach(furthest, at(diagonal - 1)) < reach(furthest, at(diagonal + 1)))
      let x = isDown ? reach(furthest, at(diagonal + 1)) : reach(furthest, at(diagonal - 1)) + 1
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1
      furthest[at(diagonal)] = x
      if (x >= before.length && x - diagonal >= after.length) {
        reached.push(furthest)
        return wayBack(reached, at, before, after)
      }
    }
    reached.push(furthest)
    furthest = furthest.slice()
  }
  return []
}

const reach = (furthest: Int32Array, index: number) => furthest[index] ?? 0

function wayBack(reached: Int32Array[], at: (diagonal: number) => number, before: string[], after: string[]): [number, number][] {
  const pairs: [number, number][] = []
  let x = before.length
  let y = after.length
  for (let differences = reached.length - 1; differences >= 0; differences--) {
    const previous = reached[differences - 1]
    const diagonal = x - y
    const isDown =
      previous !== undefined &&
      (diagonal === -differences || (diagonal !== differences && reach(previous, at(diagonal - 1)) < reach(previous, at(diagonal + 1))))
    const fromX = previous ? (isDown ? reach(previous, at(diagonal + 1)) : reach(previous, at(diagonal - 1))) : 0
    const fromY = previous ? fromX - (isDown ? diagonal + 1 : diagonal - 1) : 0
    const snakeX = previous ? (isDown ? fromX : fromX + 1) : 0
    while (x > snakeX && y > 0) pairs.push([--x, --y])
    x = fromX
    y = fromY
  }
  return pairs.reverse()
}
