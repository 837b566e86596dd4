/** Names as they are in an archive: no two are the same, and none leads out of it. Names of files are refused before if they could, see
 *  valid_file_name; this does not rely on it. */
export function createNames(): (parts: readonly string[]) => string {
  const taken = new Set<string>()
  return (parts) => {
    const path = parts
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      .map((part) => part.replace(/[/\\\u0000-\u001f]/g, '_').replace(/^\.{1,2}$/, '_'))
      .join('/')
    let name = path
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = path.replace(/(\.[^./]{1,16})?$/, ` (${number})$1`)
    taken.add(name.toLowerCase())
    return name
  }
}
