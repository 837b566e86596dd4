import { invalidBucketName, invalidKey, invalidMimeType } from './errors.ts'

/** What storage-api allows in the name of an object: what S3 takes without special handling. A slash makes folders. */
const OBJECT_NAME = /^[A-Za-z0-9_/!.*'() &$=@;:+,?-]+$/
const BUCKET_NAME = /^[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}$/
const LONGEST_NAME = 1024
const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/

function isObjectName(name: string): boolean {
  if (name.length > LONGEST_NAME || !OBJECT_NAME.test(name)) return false
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

export function checkObjectName(name: string): string {
  if (!isObjectName(name)) throw invalidKey(name)
  return name
}

/** A prefix to list under; null when no object can begin with it. */
export function listPrefix(prefix: string): string | null {
  return prefix === '' || (prefix.length <= LONGEST_NAME && OBJECT_NAME.test(prefix)) ? prefix : null
}

export function checkBucketName(name: string): string {
  if (!BUCKET_NAME.test(name) || name !== name.trim() || name === '.' || name === '..') throw invalidBucketName()
  return name
}

/** Undoes percent-encoding once; a slash may be encoded, and what is encoded twice stays refused. */
export function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw invalidKey(encoded)
  }
}

/** `Text/HTML; charset=utf-8` → `text/html`; null when it is no media type. */
export function essence(type: string): string | null {
  const bare = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return MEDIA_TYPE.test(bare) && bare.length <= 255 ? bare : null
}

/** Checks a media type, and that a bucket takes it. Parameters such as a charset do not count. */
export function checkMediaType(type: string, allowed: string[] | null): string {
  const bare = essence(type)
  if (!bare || type.length > 500 || /[^\x20-\x7e]/.test(type)) throw invalidMimeType(type)
  const fits = (pattern: string) => pattern === '*' || pattern === '*/*' || pattern === `${bare.split('/')[0]}/*` || pattern === bare
  if (allowed?.length && !allowed.some((entry) => fits(entry.split(';', 1)[0]?.trim().toLowerCase() ?? ''))) throw invalidMimeType(type)
  return type
}

/** The dashboard keeps an empty folder alive by an empty file of this name, whatever types a bucket takes. */
export const isFolderPlaceholder = (name: string) => name.split('/').at(-1) === '.emptyFolderPlaceholder'
