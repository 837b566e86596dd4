import { createSignal, onCleanup, onMount } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { composerEn as en } from './composerEn.ts'
import { lengthInWords } from './fileWords.ts'
import { ToolIcon } from './ToolIcon.tsx'

const t = textsOf(en)
/** As long as a voice message may be. */
const longestMs = 15 * 60_000
const tickMs = 100
const shownLevels = 32
const formats = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

/** Records with the microphone, and shows that it hears something. */
export function VoiceRecorder(props: { onDone(file: File, durationMs: number): void; onCancel(problem: string): void }) {
  const [ms, setMs] = createSignal(0)
  const [levels, setLevels] = createSignal<number[]>([])
  let stream: MediaStream | undefined
  let recorder: MediaRecorder | undefined
  let context: AudioContext | undefined
  let timer = 0
  let closed = false

  async function begin() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    } catch {
      return props.onCancel(en.noMicrophone)
    }
    if (closed) return end()
    const format = formats.find((one) => MediaRecorder.isTypeSupported(one))
    const pieces: Blob[] = []
    recorder = new MediaRecorder(stream, format ? { mimeType: format } : {})
    const { mimeType } = recorder
    recorder.ondataavailable = (event) => pieces.push(event.data)
    recorder.onstop = () => {
      const length = ms()
      end()
      if (closed) return
      const type = mimeType.split(';')[0] ?? ''
      props.onDone(new File(pieces, `${en.voiceName}.${type.split('/')[1] ?? 'webm'}`, { type }), length)
    }
    recorder.start(1000)
    context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 512
    context.createMediaStreamSource(stream).connect(analyser)
    const samples = new Uint8Array(analyser.fftSize)
    const startedAt = performance.now()
    timer = window.setInterval(() => {
      setMs(performance.now() - startedAt)
      analyser.getByteTimeDomainData(samples)
      const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0) / 128
      setLevels((before) => [...before, loudest].slice(-shownLevels))
      if (ms() >= longestMs) recorder?.stop()
    }, tickMs)
  }
  function end() {
    clearInterval(timer)
    for (const track of stream?.getTracks() ?? []) track.stop()
    void context?.close().catch(() => {})
    context = undefined
  }
  onMount(() => void begin())
  onCleanup(() => {
    closed = true
    if (recorder?.state === 'recording') recorder.stop()
    else end()
  })

  return (
    <fieldset class="voice-recorder" aria-label={en.voice}>
      <span class="voice-levels" aria-hidden="true">
        {Array.from({ length: shownLevels }, (_, at) => (
          <i style={{ 'block-size': `${10 + 90 * (levels()[levels().length - shownLevels + at] ?? 0)}%` }} />
        ))}
      </span>
      <span role="timer">{t('recording', { time: lengthInWords(ms()) })}</span>
      <span class="grow" />
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={en.cancelRecording}
        title={en.cancelRecording}
        onClick={() => props.onCancel('')}
      >
        <ToolIcon name="close" />
      </button>
      <button
        type="button"
        class="button quiet icon-only composer-send"
        aria-label={en.stopRecording}
        title={en.stopRecording}
        onClick={() => recorder?.state === 'recording' && recorder.stop()}
      >
        <ToolIcon name="stop" />
      </button>
    </fieldset>
  )
}
