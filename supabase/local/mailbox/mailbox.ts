import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import PostalMime, { type Address } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { isLocal } from '../gateway/clientAddress.ts'
import type { Service } from '../service.ts'
import { MAILBOX_POLICY, mailboxPage } from './page.ts'

/** A mail as it is kept and shown. */
export interface Mail {
  id: string
  to: string[]
  from: string
  subject: string
  text: string
  html: string
  /** When it came, ISO 8601. */
  at: string
  /** The addresses of the links in it, in their order. */
  links: string[]
}

export interface MailboxOptions {
  /** One JSON file per mail. */
  directory: string
  /** Port of the SMTP server on loopback, 0 = a free one. */
  port?: number
  /** The oldest go when there are more. */
  keep?: number
}

const MAX_MAIL_BYTES = 5 * 2 ** 20

/** Takes every mail by SMTP instead of sending it, and shows it at `/dev/mail` to whoever sits at this machine. To others the page does not exist. */
export async function createMailbox({ directory, port = 0, keep = 500 }: MailboxOptions): Promise<Service & { smtpUrl: string }> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  // One after the other: the names say the order in which the mails came.
  let last = Promise.resolve()
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: MAX_MAIL_BYTES,
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.once('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('The mail is too large'), { responseCode: 552 }))
        const to = session.envelope.rcptTo.map(({ address }) => address)
        last = last.then(async () => {
          await save(directory, await parse(Buffer.concat(chunks), to))
          await forget(directory, keep)
        })
        last.then(
          () => done(),
          () => done(new Error('The mail could not be kept')),
        )
        last = last.catch(() => {})
      })
    },
  })
  smtp.on('error', () => {}) // A client that hangs up in the middle; a failure to listen is heard below.
  await new Promise<void>((resolve, reject) => {
    smtp.server.once('error', reject)
    smtp.listen(port, '127.0.0.1', resolve)
  })

  return {
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    handle: (request, response) => answer(directory, request, response),
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  }
}

async function answer(directory: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (!isLocal(request) || url.pathname !== '/dev/mail' || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"not_found","message":"There is nothing at this path"}')
    return
  }
  const to = url.searchParams.get('to')?.toLowerCase()
  const mails = (await list(directory)).filter((mail) => to === undefined || mail.to.some((address) => address.toLowerCase() === to))
  const asJson = url.searchParams.get('format') === 'json'
  response.writeHead(200, {
    'content-type': asJson ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'content-security-policy': MAILBOX_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(asJson ? JSON.stringify(mails) : mailboxPage(mails))
}

async function parse(raw: Buffer, to: string[]): Promise<Omit<Mail, 'id' | 'at'>> {
  const mail = await PostalMime.parse(raw)
  const html = mail.html ?? ''
  const text = mail.text ?? ''
  return { to, from: addressOf(mail.from), subject: mail.subject ?? '', text, html, links: linksOf(text, html) }
}

const addressOf = (from: Address | undefined) => (from?.name ? `${from.name} <${from.address}>` : (from?.address ?? ''))

/** The links of the text part, which people read; of the HTML part when there is no text. */
function linksOf(text: string, html: string): string[] {
  const inText = [...text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([link]) => link.replace(/[.,;:]$/, ''))
  const inHtml = [...html.matchAll(/href="(https?:\/\/[^"]+)"/g)].map(([, link]) => (link ?? '').replaceAll('&amp;', '&'))
  return [...new Set(inText.length > 0 ? inText : inHtml)]
}

async function save(directory: string, mail: Omit<Mail, 'id' | 'at'>): Promise<void> {
  const at = new Date().toISOString()
  const id = `${at.replace(/\D/g, '')}-${randomUUID()}`
  const file = join(directory, `${id}.json`)
  await writeFile(`${file}.new`, JSON.stringify({ id, ...mail, at }), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/** Newest first. */
async function names(directory: string): Promise<string[]> {
  return (await readdir(directory))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .reverse()
}

async function list(directory: string): Promise<Mail[]> {
  const files = await Promise.all((await names(directory)).map((name) => readFile(join(directory, name), 'utf8').catch(() => null)))
  return files.flatMap((file) => (file === null ? [] : [JSON.parse(file) as Mail]))
}

async function forget(directory: string, keep: number): Promise<void> {
  for (const name of (await names(directory)).slice(keep)) await rm(join(directory, name), { force: true })
}
