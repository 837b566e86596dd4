// Browsers name each other in their user agents; the first match is the most particular.
const PROGRAMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
  ['Node.js', /^node\b|\bNode\.js\b/i],
  ['Deno', /\bDeno\//],
  ['curl', /^curl\//],
]
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b|\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

/** What a person would call the device of a user agent: `Firefox on Windows`. Null when it says neither. */
export function deviceOf(userAgent: string): string | null {
  const first = (names: typeof PROGRAMS) => names.find(([, pattern]) => pattern.test(userAgent))?.[0]
  const [program, system] = [first(PROGRAMS), first(SYSTEMS)]
  if (program && system) return `${program} on ${system}`
  return program ?? system ?? null
}
