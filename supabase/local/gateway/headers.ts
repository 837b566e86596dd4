import type { IncomingMessage, ServerResponse } from 'node:http'

/** The page runs our own scripts and nothing else. Styles may be set on elements: the editor's carets and the layout do that. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "object-src 'none'",
].join('; ')

/** An API answer is no page: opened as one, it may do nothing. A service that shows something says so itself. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
} as const

export const PAGE_HEADERS: Record<string, string> = {
  ...COMMON,
  'content-security-policy': PAGE_POLICY,
  'permissions-policy': 'camera=(), microphone=(self), geolocation=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

const API_HEADERS: Record<string, string> = {
  ...COMMON,
  'content-security-policy': API_POLICY,
  // What somebody was told is not kept for whoever uses the browser, or its proxy, next.
  'cache-control': 'no-store',
  // As on Supabase: any origin, but no cookies, because the key is a header.
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Content-Range, Content-Length, Content-Encoding, Content-Disposition, Content-Location, Range-Unit, ETag, Link, Location, Preference-Applied, Retry-After, ' +
    'X-Total-Count, X-Supabase-Api-Version, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires',
}

/** Defaults, set before a service answers: what the service says itself stands. */
export function setApiHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(API_HEADERS)) response.setHeader(name, value)
}

export function setPageHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
}

/** Answers a browser that asks whether it may send a request from another origin. An OPTIONS that asks for something else is left to the service. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '3600',
    vary: 'Access-Control-Request-Headers',
  })
  response.end()
  return true
}
