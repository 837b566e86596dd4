/** Does something soon after it was asked for, but not too often: what was asked for last is always done in the end. */
export function atMostEvery(pauseMs: number, work: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let workedAt = Number.NEGATIVE_INFINITY
  const run = () => {
    timer = undefined
    workedAt = performance.now()
    work()
  }
  return {
    soon() {
      if (!timer) timer = setTimeout(run, Math.max(0, workedAt + pauseMs - performance.now()))
    },
    stop: () => clearTimeout(timer),
  }
}
