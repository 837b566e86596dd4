import type { Pattern } from './pattern.ts'

/** An expression that needs longer than this on a whole document is given up. */
const patienceMs = 2000

/** Looks for an expression in texts, beside the page.
 *  @throws when it takes too long */
export function findExpression(pattern: Pattern, texts: string[]): Promise<number[][]> {
  const worker = new Worker(new URL('./expressionWorker.ts', import.meta.url), { type: 'module' })
  return new Promise<number[][]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The expression takes too long')), patienceMs)
    worker.addEventListener('message', ({ data }: MessageEvent<number[][]>) => {
      clearTimeout(timer)
      resolve(data)
    })
    worker.addEventListener('error', (event) => {
      clearTimeout(timer)
      reject(new Error(event.message))
    })
    worker.postMessage({ pattern, texts })
  }).finally(() => worker.terminate())
}
