// The clients of realtime.bench.ts, a process of their own: on two cores the server has one, they the other.
import postgres from 'postgres'
import WebSocket from 'ws'

/** What the parent asks of this process, once. */
export interface Order {
  url: string
  /** Realtime's protocol, or bytes to a server that passes them on. */
  protocol: 'realtime' | 'bare'
  receivers: number
  seconds: number
  /** Messages a second; 0: as many as arrive, with WINDOW of them under way. */
  rate: number
  /** Messages go through the database: by realtime.send, or by the same statement and then the bare server. */
  databaseUrl: string | null
}

export interface Result {
  deliveriesPerSecond: number
  received: number
  /** From sending, or from the statement's start, to the arrival at one receiver. */
  p50: number
  p99: number
  lost: number
}

const WINDOW = 20
const TOPIC = 'realtime:bench'
const DIGITS = 8
const FILLER = 'x'.repeat(180)
const bodyOf = (number: number) => `{"p":"${FILLER}","id":"${String(number).padStart(DIGITS, '0')}"}`
/** The number stands before the closing `"}`, as jsonb too writes it: longer keys come last. */
const numberOf = (data: Buffer) => Number(data.toString('latin1', data.length - DIGITS - 2, data.length - 2))

process.once('message', (order: Order) => {
  void run(order).then((result) => process.send?.(result, () => process.exit(0)))
})

async function run({ url, protocol, receivers, seconds, rate, databaseUrl }: Order): Promise<Result> {
  const sentAt: number[] = []
  const latencies: number[] = []
  let received = 0
  const receive = (data: Buffer) => {
    received++
    latencies.push(performance.now() - (sentAt[numberOf(data)] ?? 0))
  }
  await Promise.all(Array.from({ length: receivers }, () => open(url, protocol, receive)))
  const sender = await open(url, protocol, () => {})
  const sql = databaseUrl ? postgres(databaseUrl, { max: 1, onnotice: () => {} }) : null
  const send = async (number: number) => {
    const body = bodyOf(number)
    sentAt[number] = performance.now()
    if (sql) await sql`select realtime.send(${body}::text::jsonb, 'e', 'bench', false)`
    if (!sql || protocol === 'bare') sender.send(protocol === 'bare' ? Buffer.from(body) : broadcast(body))
  }

  const start = performance.now()
  const end = start + seconds * 1000
  let sent = 0
  while (performance.now() < end) {
    const due = rate > 0 ? ((performance.now() - start) / 1000) * rate : received / receivers + WINDOW
    while (sent < due && performance.now() < end) await send(sent++)
    await new Promise((resolve) => (rate > 0 ? setTimeout(resolve, 1) : setImmediate(resolve)))
  }
  const inTime = received
  const deadline = performance.now() + 3000
  while (received < sent * receivers && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
  await sql?.end()
  latencies.sort((one, other) => one - other)
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { deliveriesPerSecond: inTime / seconds, received, p50: percentile(0.5), p99: percentile(0.99), lost: sent * receivers - received }
}

/** Kind 3, no join_ref, no ref, topic, event, no meta, JSON. */
const head = Buffer.concat([Buffer.from([3, 0, 0, TOPIC.length, 1, 0, 1]), Buffer.from(`${TOPIC}e`)])
const broadcast = (body: string) => Buffer.concat([head, Buffer.from(body)])

async function open(url: string, protocol: Order['protocol'], receive: (data: Buffer) => void): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  if (protocol === 'realtime') {
    const joined = new Promise((resolve) => socket.once('message', resolve))
    socket.send(JSON.stringify(['1', '1', TOPIC, 'phx_join', {}]))
    await joined
  }
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) receive(data)
  })
  return socket
}
