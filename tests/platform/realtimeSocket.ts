import WebSocket from 'ws'
import type { RealtimeServer } from './realtimeServer.ts'

/** A text frame of version 2.0.0. */
export type Frame = [joinRef: string | null, ref: string | null, topic: string, event: string, payload: Record<string, unknown>]

interface Answer {
  status: string
  response: { reason?: string; postgres_changes?: unknown[] }
}

/** A client without a library, for what a library would never send. */
export async function openSocket({ url, secrets }: Pick<RealtimeServer, 'url' | 'secrets'>, version = '2.0.0') {
  const address = `${url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${secrets.publishableKey}&vsn=${version}`
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 0 })
  const frames: Frame[] = []
  const asked = new Map<string, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let closedWith: number | null = null
  let references = 0
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) return
    const frame = JSON.parse(data.toString()) as Frame
    frames.push(frame)
    if (frame[3] === 'phx_reply') asked.get(String(frame[1]))?.resolve(frame[4] as unknown as Answer)
  })
  socket.on('close', (code) => {
    closedWith = code
    for (const { reject } of asked.values()) reject(new Error(`closed with ${code}`))
  })
  socket.on('error', () => {})
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))

  return {
    socket,
    /** Text frames received so far. */
    frames,
    closedWith: () => closedWith,
    send: (data: string | Buffer | unknown[]) => socket.send(Array.isArray(data) ? JSON.stringify(data) : data),
    /** Sends a frame and resolves with the answer to it. */
    async ask(topic: string, event: string, payload: unknown = {}): Promise<Answer> {
      const reference = `ask${++references}`
      const answer = new Promise<Answer>((resolve, reject) => asked.set(reference, { resolve, reject }))
      socket.send(JSON.stringify([event === 'phx_join' ? reference : null, reference, topic, event, payload]))
      return answer
    },
  }
}
