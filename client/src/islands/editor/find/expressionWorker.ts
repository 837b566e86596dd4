import { occurrencesIn, type Pattern } from './pattern.ts'

// An expression that takes for ever holds up only this worker, which is then ended.
addEventListener('message', ({ data }: MessageEvent<{ pattern: Pattern; texts: string[] }>) => {
  postMessage(data.texts.map((text) => occurrencesIn(text, data.pattern)))
})
