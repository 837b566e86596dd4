import { createSignal, onCleanup } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { toast } from '../ui/Toast.tsx'
import { filesEn as en } from './filesEn.ts'
import { lengthInWords } from './fileWords.ts'
import { ToolIcon } from './ToolIcon.tsx'
import './voicePlayer.css'

const t = textsOf(en)

/** Only one voice is heard at a time. */
let playing: HTMLAudioElement | undefined

/** Plays what somebody said. The address is asked for with the first press. */
export function VoicePlayer(props: { address(): Promise<string>; durationMs: number | null }) {
  const [isPlaying, setPlaying] = createSignal(false)
  const [at, setAt] = createSignal(0)
  const [length, setLength] = createSignal(0)
  const audio = new Audio()
  audio.preload = 'none'
  const total = () => props.durationMs ?? length()
  audio.ontimeupdate = () => setAt(audio.currentTime * 1000)
  audio.ondurationchange = () => setLength(Number.isFinite(audio.duration) ? audio.duration * 1000 : 0)
  audio.onplay = () => {
    if (playing !== audio) playing?.pause()
    playing = audio
    setPlaying(true)
  }
  audio.onpause = () => setPlaying(false)
  audio.onended = () => setAt(0)
  onCleanup(() => audio.pause())

  const toggle = async () => {
    if (isPlaying()) return audio.pause()
    try {
      if (!audio.src) audio.src = await props.address()
      await audio.play()
    } catch (error) {
      // Asked for again at the next press: an address is good for an hour.
      audio.removeAttribute('src')
      toast(t('notPlayed', { reason: sentenceOf(error) }))
    }
  }
  return (
    <div class="voice-player">
      <button type="button" aria-label={isPlaying() ? en.pauseVoice : en.playVoice} onClick={() => void toggle()}>
        <ToolIcon name={isPlaying() ? 'pause' : 'play'} />
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(1, total())}
        step={100}
        value={at()}
        aria-label={en.voicePlace}
        aria-valuetext={t('voiceAt', { at: lengthInWords(at()), total: lengthInWords(total()) })}
        onInput={(event) => {
          audio.currentTime = event.currentTarget.valueAsNumber / 1000
          setAt(event.currentTarget.valueAsNumber)
        }}
      />
      <span class="voice-length">{lengthInWords(isPlaying() || at() > 0 ? at() : total())}</span>
    </div>
  )
}
