/** A small, fast generator (mulberry32): the same seed gives the same run. */
export function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below
  }
}

/** Seeds that nobody has tried; the nightly mode, FUZZ_SEEDS=500, tries many. */
export function freshSeeds(count: number): number[] {
  return Array.from({ length: Number(process.env.FUZZ_SEEDS ?? count) }, () => Math.floor(Math.random() * 2 ** 31))
}
